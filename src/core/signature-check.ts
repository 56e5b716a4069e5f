import { AuthError } from './errors.js'
import type { Key } from './key.js'
import { verifyBytes } from './signature.js'
import { decodeSegment, type CompactParts } from './token.js'

/**
 * Checks the signature of a compact JWS with a key that fits its header.
 *
 * @throws AuthError SIGNATURE_INVALID, TOKEN_MALFORMED when it is not canonical base64url
 */
export function checkSignature(parts: CompactParts, key: Key): void {
  const signature = decodeSegment(parts.signature)
  if (!verifyBytes(key, Buffer.from(parts.signingInput, 'latin1'), signature))
    throw new AuthError('SIGNATURE_INVALID')
}
