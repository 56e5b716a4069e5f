/** How routers write "any": a parameter, a wildcard, an optional group or an optional parameter. */
const open = /[:*{?]/
/** From here on a pattern may match several segments or none: `*`, `{…}`, `:id?`, `:id([0-9]+)`. */
const tail = /[*{?]|:[^/]*[(?]/

/**
 * Whether this is a router's pattern, such as `/users/:id`, rather than a path.
 *
 * @example isPattern('/files/*') // true
 */
export function isPattern(path: string): boolean {
  return open.test(path)
}

/**
 * A regular expression for the lower-case paths that a pattern can match; in doubt it matches more. A parameter matches
 * the rest of its segment; `*`, `{` and a parameter that is optional or has an expression match everything after.
 *
 * Not for: deciding that a call is open.
 *
 * @example patternOf('/users/:id').test('/users/7') // true
 */
export function patternOf(pattern: string, after: 'nothing' | 'anything' = 'nothing'): RegExp {
  const end = pattern.search(tail)
  const head = end < 0 ? pattern : pattern.slice(0, end)
  const source = head.toLowerCase().replace(/\/$/, '').split('/').map(segmentOf).join('/')
  if (end >= 0 && !head.endsWith('/')) return new RegExp(`^${source}.*$`, 's')
  return new RegExp(`^${source}${end >= 0 || after === 'anything' ? '(?:/.*)?' : '/?'}$`, 's')
}

function segmentOf(segment: string): string {
  const [text = '', ...parameters] = segment.split(':')
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return parameters.length === 0 ? literal : `${literal}[^/]*`
}
