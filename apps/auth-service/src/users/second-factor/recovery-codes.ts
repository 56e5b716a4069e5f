import { createHash, randomBytes } from 'node:crypto'

/** Codes of one set. */
const howMany = 10
/** Without I, L, O and U: none is taken for another. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 16
const shape = new RegExp(`^[${letters}]{${String(length)}}$`)

/**
 * New recovery codes of 80 random bits each, so that their hashes cannot be searched.
 *
 * @example createRecoveryCodes()[0] // '7K3M-Q9T2-0XVB-4HWD'
 */
export function createRecoveryCodes(): readonly string[] {
  return Array.from({ length: howMany }, () => {
    const drawn = [...randomBytes(length)].map((byte) => letters.charAt(byte % letters.length))
    return drawn.join('').replace(/(.{4})(?!$)/g, '$1-')
  })
}

/**
 * The hash of a code for its user, as it is stored; undefined for text that is no recovery code. Case, spaces and hyphens do not
 * matter.
 */
export function hashOfRecoveryCode(userId: string, typed: string): string | undefined {
  const code = typed.replace(/[\s-]/g, '').toUpperCase()
  if (!shape.test(code)) return undefined
  return createHash('sha256')
    .update(JSON.stringify([userId, code]))
    .digest('base64url')
}
