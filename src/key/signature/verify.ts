import { decodeIntoScratch, scratch } from '../../encoding/base64url.js'
import { Key } from '../key.js'
import { textView, writeText } from './signing-scratch.js'

/**
 * Whether a signature is right for the data. A wrong length or encoding is simply a wrong signature.
 *
 * @example verifyBytes(key, Buffer.from('data'), signature)
 */
export function verifyBytes(key: Key, data: Uint8Array, signature: Uint8Array): boolean {
  return Key.powers(key).verify(data, signature)
}

/**
 * {@link verifyBytes} for a compact JWS whose last dot is at `end`: the ASCII text before it and the base64url text
 * after it (RFC 7515 section 5.2). Text that is not ASCII, or not canonical base64url, is a wrong signature. So is a
 * signature of a public-key algorithm on a token longer than any verifier accepts.
 *
 * @example verifySigningInput(key, token, token.lastIndexOf('.'))
 */
export function verifySigningInput(key: Key, token: string, end: number): boolean {
  const { text, signatureBytes: length } = Key.powers(key)
  if (text) return text.matches(token, end)
  if (token.length - end - 1 !== Math.ceil((length * 4) / 3)) return false
  // Text beyond ASCII must never pass for the text with the same low bytes.
  if (!writeText(token) || decodeIntoScratch(token.slice(end + 1)) !== length) return false
  return verifyBytes(key, textView(0, end), scratch.subarray(0, length))
}
