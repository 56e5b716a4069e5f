/**
 * Whether a value is text, and not the empty text.
 *
 * @example isText('') // false
 */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * Whether a value is text of 1 to `longest` characters.
 *
 * @example isTextUpTo(512, 'user-1') // true
 */
export function isTextUpTo(longest: number, value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest
}

/** A null character ends a text in some stores, and half a surrogate pair is replaced: two names would become one. */
const storable = /^[^\p{Surrogate}\0]{1,1024}$/u

/**
 * Whether every store keeps this name as it is: a subject, a client, an audience, a session. 1 to 1024 characters.
 *
 * @example isStorableName('user-1') // true
 */
export function isStorableName(value: unknown): value is string {
  return typeof value === 'string' && storable.test(value)
}

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Whether a value is a `scope-token` (RFC 6749 section 3.3): visible ASCII characters without `"` and `\`.
 *
 * @example isScopeToken('orders:read') // true
 */
export function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && scopeToken.test(value)
}

/**
 * The known name that a misspelt one most likely means, whatever the letter case: the only one that begins like it, or
 * the nearest with at most two letters wrong, missing, added or swapped (one in names of up to four letters).
 * Undefined when no name is near.
 *
 * @example nearestName('isuer', ['issuer', 'audience']) // 'issuer'
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const meant = name.toLowerCase()
  const beginning = known.filter((each) => meant.length > 2 && each.toLowerCase().startsWith(meant))
  if (beginning.length === 1) return beginning[0]
  for (const most of meant.length > 4 ? [0, 1, 2] : [0, 1]) {
    const near = known.find((each) => differsBy(most, meant, each.toLowerCase()))
    if (near !== undefined) return near
  }
  return undefined
}

/** Whether at most so many edits lead from one text to the other; two swapped neighbours are one edit. */
function differsBy(most: number, one: string, other: string): boolean {
  if (one === other) return true
  if (most === 0) return false
  let same = 0
  while (one[same] === other[same]) same++
  const [a, b] = [one.slice(same), other.slice(same)]
  return (
    differsBy(most - 1, a.slice(1), b) ||
    differsBy(most - 1, a, b.slice(1)) ||
    differsBy(most - 1, a.slice(1), b.slice(1)) ||
    (a[0] === b[1] && a[1] === b[0] && differsBy(most - 1, a.slice(2), b.slice(2)))
  )
}
