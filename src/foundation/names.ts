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
  const most = meant.length > 4 ? 2 : 1
  const near = known
    .filter((each) => Math.abs(each.length - name.length) <= most)
    .map((each) => ({ each, distance: editDistance(meant, each.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
  return near.sort((a, b) => a.distance - b.distance)[0]?.each
}

/** Levenshtein distance where two swapped neighbours count once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
