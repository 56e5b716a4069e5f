import { createHmac, sign } from 'node:crypto'
import { algorithmRow, pssOptions } from '../algorithms.js'
import { Key } from '../key.js'
import { derToConcatenated } from './ecdsa-encoding.js'
import { signOnPool } from './sign-pool.js'

/**
 * Signs bytes with a key's one algorithm. RSA, ES384 and ES512 use the thread pool and answer with a promise.
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
      return signOnPool({ hash: row.hash, data, key: { key: material, ...pssOptions(row) } })
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
 * {@link signBytes} for the ASCII text before the second dot of a compact JWS; the signature as base64url.
 *
 * @throws TypeError for a key that {@link signBytes} refuses, or for text that is not ASCII
 * @example const token = `${signingInput}.${await signSigningInput(key, signingInput)}`
 */
export function signSigningInput(key: Key, signingInput: string): string | Promise<string> {
  const mac = Key.maySign(key) ? Key.mac(key) : undefined
  if (mac) {
    const tag = mac.tag(signingInput, signingInput.length)
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
