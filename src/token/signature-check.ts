import { decodeBase64url } from '../encoding/base64url.js'
import { AuthError } from '../foundation/errors.js'
import { Key } from '../key/key.js'
import { verifySigningInput } from '../key/signature/verify.js'
import type { CompactParts } from './token.js'

/**
 * Checks the signature of a compact JWS with a key that fits its header, or with several in turn. Answers with the key
 * that it was made with.
 *
 * @throws AuthError SIGNATURE_INVALID, TOKEN_MALFORMED when it is not canonical base64url
 * @example checkSignature(splitCompact(token), key)
 */
export function checkSignature(parts: CompactParts, keys: Key | readonly Key[]): Key {
  const { text, signingEnd } = parts
  if (keys instanceof Key) {
    if (verifySigningInput(keys, text, signingEnd)) return keys
  } else {
    const matching = keys.find((key) => verifySigningInput(key, text, signingEnd))
    if (matching) return matching
  }
  // Which of the two it was is of interest only now: the check takes canonical text and nothing else.
  const isCanonical = decodeBase64url(parts.signature) !== undefined
  throw new AuthError(isCanonical ? 'SIGNATURE_INVALID' : 'TOKEN_MALFORMED')
}
