import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto'
import { algorithmRow } from '../algorithms.js'
import { concatenatedToDer, derToConcatenated } from './ecdsa-encoding.js'
import { Key } from '../key.js'
import { decodeIntoScratch, scratch } from '../../encoding/payload-scratch.js'
import { signOnPool } from './sign-pool.js'
import { textView, writeText } from './signing-scratch.js'

/**
 * Signs bytes with a key's one algorithm. RSA, ES384 and ES512 go to the thread pool and answer with a promise.
 *
 * @throws TypeError for a public key, or a secret whose JWK does not permit it
 * @example const signature = await signBytes(key, Buffer.from('data'))
 */
export function signBytes(key: Key, data: Uint8Array): Buffer | Promise<Buffer> {
  if (!Key.maySign(key)) throw new TypeError('this key is not for signing')
  const row = algorithmRow(key.alg)
  const material = Key.material(key)
  switch (row.kind) {
    case 'hmac':
      return createHmac(row.hash, material).update(data).digest()
    case 'rsa':
      return signOnPool({ hash: row.hash, data, key: material })
    case 'pss':
      return signOnPool({ hash: row.hash, data, key: pssOptions(key, row.salt) })
    case 'ec':
      // OpenSSL has fast code for 256 bits; P-384 and P-521 take ten times as long.
      return row.bytes > 64
        ? signOnPool({ hash: row.hash, data, key: material }).then((der) =>
            derToConcatenated(der, row.bytes),
          )
        : derToConcatenated(sign(row.hash, data, material), row.bytes)
    case 'plain':
      return sign(null, data, material)
  }
}

/**
 * Whether the signature is right for the data. Wrong lengths and encodings are simply wrong signatures.
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
      return verify(row.hash, data, pssOptions(key, row.salt), signature)
    case 'ec':
      return verify(row.hash, data, material, concatenatedToDer(signature))
    case 'plain':
      return verify(null, data, material, signature)
  }
}

/**
 * {@link verifyBytes} for a compact JWS whose last dot is at `end`: the ASCII text before it and the base64url text
 * after it (RFC 7515 section 5.2). Text that is not ASCII, or not canonical base64url, is a wrong signature; so is
 * one of a public-key algorithm on a token longer than any verifier takes.
 *
 * @example verifySigningInput(key, token, token.lastIndexOf('.'))
 */
export function verifySigningInput(key: Key, token: string, end: number): boolean {
  const mac = Key.mac(key)
  if (mac) return mac.matches(token, end)
  const length = Key.signatureBytes(key)
  if (token.length - end - 1 !== Math.ceil((length * 4) / 3)) return false
  // Text beyond ASCII is never taken for the text with the same low bytes.
  if (!writeText(token) || decodeIntoScratch(token.slice(end + 1)) !== length) return false
  return verifyBytes(key, textView(0, end), scratch.subarray(0, length))
}

/**
 * {@link signBytes} for the ASCII text before the second dot of a compact JWS; the signature as base64url.
 *
 * @throws TypeError for a key that {@link signBytes} refuses, or for text that is not ASCII
 * @example const token = `${signingInput}.${await signSigningInput(key, signingInput)}`
 */
export function signSigningInput(key: Key, signingInput: string): string | Promise<string> {
  const mac = Key.maySign(key) ? Key.mac(key) : undefined
  if (mac) {
    const tag = mac.tag(signingInput)
    if (tag === undefined) throw new TypeError('a signing input is ASCII')
    return tag
  }
  const data = Buffer.from(signingInput)
  if (data.byteLength !== signingInput.length) throw new TypeError('a signing input is ASCII')
  const signature = signBytes(key, data)
  return signature instanceof Promise
    ? signature.then((bytes) => bytes.toString('base64url'))
    : signature.toString('base64url')
}

/** Node's own defaults would take a salt of any length; RFC 7518 section 3.5 fixes it. */
function pssOptions(key: Key, saltLength: number) {
  return { key: Key.material(key), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
}
