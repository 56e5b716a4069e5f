/**
 * The claim of a token that was issued after a revocation which a wrong clock has dated ahead: by its `iat` alone it
 * would seem to have been issued before. Only signers set it.
 */
export const issuedAfterClaim = 'jotgate_after'

/** Cut-offs of revocations that a token was issued after, by the kind of the revocation; Unix seconds. */
export interface IssuedAfter {
  readonly all?: number
  readonly sub?: number
}

/**
 * The latest cut-off of this kind that a token was issued after; -Infinity where it says nothing.
 *
 * @example issuedAfter(token.payload, 'all')
 */
export function issuedAfter(
  claims: Readonly<Record<string, unknown>>,
  kind: keyof IssuedAfter,
): number {
  const said = claims[issuedAfterClaim]
  if (typeof said !== 'object' || said === null) return -Infinity
  const cutOff = (said as Readonly<Record<string, unknown>>)[kind] // an object has members of any type
  return typeof cutOff === 'number' ? cutOff : -Infinity
}
