import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import { decodeIntoScratch, scratch } from '../../encoding/base64url.js'
import { algorithmRow, pssOptions } from '../algorithms.js'
import { Key } from '../key.js'
import { concatenatedToDer } from './ecdsa-encoding.js'
import { textView, writeText } from './signing-scratch.js'

/**
 * Whether a signature is right for the data. A wrong length or encoding is simply a wrong signature.
 *
 * @example verifyBytes(key, Buffer.from('data'), signature)
 */
export function verifyBytes(key: Key, data: Uint8Array, signature: Uint8Array): boolean {
  const row = algorithmRow(key.alg)
  const material = Key.material(key)
  if (signature.byteLength !== Key.signatureBytes(key)) return false
  switch (row.kind) {
    case 'hmac':
      return timingSafeEqual(signature, createHmac(row.hash, material).update(data).digest())
    case 'rsa':
      return verify(row.hash, data, material, signature)
    case 'pss':
      return verify(row.hash, data, { key: material, ...pssOptions(row) }, signature)
    case 'ec':
      return verify(row.hash, data, material, concatenatedToDer(signature))
    case 'plain':
      return verify(null, data, material, signature)
  }
}

/**
 * {@link verifyBytes} for a compact JWS whose last dot is at `end`: the ASCII text before it and the base64url text
 * after it (RFC 7515 section 5.2). Text that is not ASCII, or not canonical base64url, is a wrong signature. So is a
 * signature of a public-key algorithm on a token longer than any verifier accepts.
 *
 * @example verifySigningInput(key, token, token.lastIndexOf('.'))
 */
export function verifySigningInput(key: Key, token: string, end: number): boolean {
  const mac = Key.mac(key)
  if (mac) return mac.matches(token, end)
  const length = Key.signatureBytes(key)
  if (token.length - end - 1 !== Math.ceil((length * 4) / 3)) return false
  // Text beyond ASCII must never pass for the text with the same low bytes.
  if (!writeText(token) || decodeIntoScratch(token.slice(end + 1)) !== length) return false
  return verifyBytes(key, textView(0, end), scratch.subarray(0, length))
}
