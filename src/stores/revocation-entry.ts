import type { RevocationEntry } from '../revocation/ports.js'

/** An entry as stores keep it; `value` is unused in an `all`, and `before` is 0 in an entry without one. */
export interface KeptEntry {
  readonly issuer: string
  readonly kind: string
  readonly value: string
  readonly before: number
  readonly expiresAt: number
}

/**
 * Reads an entry of a store.
 *
 * @throws TypeError for a kind that this release does not know: skipping it would accept tokens that it refuses
 */
export function toRevocationEntry({
  issuer,
  kind,
  value,
  before,
  expiresAt,
}: KeptEntry): RevocationEntry {
  const times = { issuer, expiresAt }
  switch (kind) {
    case 'jti':
    case 'sid':
      return { ...times, kind, value }
    case 'client':
      return before === 0 ? { ...times, kind, value } : { ...times, kind, value, before }
    case 'sub':
      return { ...times, kind, value, before }
    case 'all':
      return { ...times, kind, before }
    default:
      throw new TypeError('the store contains an unknown kind of revocation')
  }
}
