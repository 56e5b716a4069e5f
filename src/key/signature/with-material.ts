import { createHmac, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import { algorithmRow, pssOptions, type Algorithm } from '../algorithms.js'
import { concatenatedToDer, derToConcatenated } from './ecdsa-encoding.js'
import { signOnPool } from './sign-pool.js'

/**
 * Signs bytes by an algorithm, with material that fits it. RSA, ES384 and ES512 use the thread pool and answer with a
 * promise.
 *
 * @example await signWith('ES256', material, Buffer.from('data'))
 */
export function signWith(
  alg: Algorithm,
  material: KeyObject,
  data: Uint8Array,
): Buffer | Promise<Buffer> {
  const row = algorithmRow(alg)
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

/** A signature and what it is for. */
export interface Signed {
  readonly data: Uint8Array
  /** As long as signatures of the key are. */
  readonly signature: Uint8Array
}

/**
 * Whether a signature is right for the data, by an algorithm, with material that fits it.
 *
 * @example verifyWith('ES256', material, { data, signature })
 */
export function verifyWith(
  alg: Algorithm,
  material: KeyObject,
  { data, signature }: Signed,
): boolean {
  const row = algorithmRow(alg)
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
