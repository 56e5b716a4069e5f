/** What routers write for "any": a parameter, a wildcard, an optional group or an optional parameter. */
const open = /[:*{?]/
/** From here on a pattern may mean several segments or none: `*`, `{…}`, `:id?`, `:id([0-9]+)`. */
const tail = /[*{?]|:[^/]*[(?]/

/**
 * Whether this is a router's pattern, `/users/:id`, and not a path.
 *
 * @example isPattern('/files/*') // true
 */
export function isPattern(path: string): boolean {
  return open.test(path)
}

/**
 * A regular expression for the paths in lower case that a pattern can mean, and rather more than less: a parameter is
 * whatever follows in its segment, `*`, `{` and what is optional or has an expression of its own is everything after.
 *
 * Not for: opening anything.
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
