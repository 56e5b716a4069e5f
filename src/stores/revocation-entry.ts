import type { RevocationEntry } from '../revocation/ports.js'

/** An entry as stores keep it; `value` counts for nothing in an `all`, `before` for nothing where an entry has none. */
export interface KeptEntry {
  readonly issuer: string
  readonly kind: string
  readonly value: string
  readonly before: number
  readonly expiresAt: number
}

/**
 * An entry out of a store.
 *
 * @throws TypeError for a kind that this version does not know: it refuses something, and passing over it would let that
 * through
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
    case 'client':
      return { ...times, kind, value }
    case 'sub':
      return { ...times, kind, value, before }
    case 'all':
      return { ...times, kind, before }
    default:
      throw new TypeError('the store holds a kind of revocation that is not known here')
  }
}
