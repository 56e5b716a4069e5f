/**
 * The claim of a token that was issued after a revocation dated ahead, by a wrong clock, or for one session on purpose: by
 * its `iat` alone it would seem to have been issued before. Only signers set it, and of sessions `createSessions`.
 */
export const issuedAfterClaim = 'jotgate_after'

/** Cut-offs of revocations that a token was issued after, by the kind of the revocation; Unix seconds. */
export interface IssuedAfter {
  readonly all?: number
  readonly sub?: number
  /** Of the session that the token belongs to: `createSessions` knows it, and no signer. */
  readonly sid?: number
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
