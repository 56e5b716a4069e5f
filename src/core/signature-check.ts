import { decodeBase64url } from './base64url.js'
import { AuthError } from './errors.js'
import type { Key } from './key.js'
import { verifySigningInput } from './signature.js'
import type { CompactParts } from './token.js'

/**
 * Checks the signature of a compact JWS with a key that fits its header.
 *
 * @throws AuthError SIGNATURE_INVALID, TOKEN_MALFORMED when it is not canonical base64url
 * @example checkSignature(splitCompact(token), key)
 */
export function checkSignature(parts: CompactParts, key: Key): void {
  const { signingInput, signature } = parts
  if (verifySigningInput(key, signingInput, signature)) return
  // Which of the two it was is of interest only now: the check takes canonical text and nothing else.
  const isCanonical = decodeBase64url(signature) !== undefined
  throw new AuthError(isCanonical ? 'SIGNATURE_INVALID' : 'TOKEN_MALFORMED')
}
