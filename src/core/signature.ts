import { createHmac, sign, timingSafeEqual, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { algorithms } from './algorithms.js'
import { Key } from './key.js'

const signOnPool = promisify(sign)

/**
 * Signs bytes with a key's one algorithm. RSA goes to the thread pool: a signature takes a third of a millisecond,
 * which would be felt by every other request of the process.
 */
export function signBytes(key: Key, data: Uint8Array): Buffer | Promise<Buffer> {
  const row = algorithms[key.alg]
  const material = Key.material(key)
  switch (row.kind) {
    case 'hmac':
      return createHmac(row.hash, material).update(data).digest()
    case 'rsa':
      return signOnPool(row.hash, data, material)
    case 'ec':
      return sign(row.hash, data, { key: material, dsaEncoding: 'ieee-p1363' })
    case 'ed':
      return sign(null, data, material)
  }
}

/** Whether the signature is right for the data. Wrong lengths and encodings are simply wrong signatures. */
export function verifyBytes(key: Key, data: Uint8Array, signature: Uint8Array): boolean {
  const row = algorithms[key.alg]
  const material = Key.material(key)
  switch (row.kind) {
    case 'hmac': {
      const expected = createHmac(row.hash, material).update(data).digest()
      return signature.byteLength === expected.byteLength && timingSafeEqual(signature, expected)
    }
    case 'rsa':
      return verify(row.hash, data, material, signature)
    case 'ec':
      return (
        signature.byteLength === row.bytes &&
        verify(row.hash, data, { key: material, dsaEncoding: 'ieee-p1363' }, signature)
      )
    case 'ed':
      return signature.byteLength === row.bytes && verify(null, data, material, signature)
  }
}
