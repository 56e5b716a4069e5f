import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  type Algorithm,
  type JsonWebKey,
  type Key,
  algorithmRow,
  hmacKey,
  privateKey,
} from '../key/index.js'

/** A new key for signing, and its text to store: PKCS#8 PEM or, for a secret, an oct JWK. */
export type NewKey =
  | { readonly kind: 'pair'; readonly key: Key; readonly pem: string }
  | { readonly kind: 'secret'; readonly key: Key; readonly jwk: JsonWebKey }

/** Options of a new key. */
export interface NewKeyOptions {
  /** Default: the RFC 7638 thumbprint; for a secret, 128 random bits. */
  readonly kid?: string | undefined
  /** RSA modulus in bits. Default 2048. */
  readonly bits: number
}

/**
 * Makes a key for an algorithm. A secret has as many random bytes as its hash (RFC 7518 section 3.2).
 *
 * @example generateKey('ES256', { bits: 2048 })
 */
export function generateKey(alg: Algorithm, { kid, bits }: NewKeyOptions): NewKey {
  const named = kid === undefined ? {} : { kid }
  const row = algorithmRow(alg)
  if (row.kind === 'hmac') {
    const k = randomBytes(row.bytes).toString('base64url')
    const name = kid ?? randomBytes(16).toString('base64url')
    const jwk = { kty: 'oct', k, kid: name, alg, use: 'sig' }
    return { kind: 'secret', key: hmacKey(jwk, alg), jwk }
  }
  const pem = generatePrivate(alg, bits)
  return { kind: 'pair', key: privateKey(pem, alg, named), pem }
}

function generatePrivate(alg: Algorithm, bits: number): string {
  const row = algorithmRow(alg)
  if (row.kind === 'ec') return generate('ec', { namedCurve: row.curve })
  if (row.kind === 'plain') return generate(row.keyType, {})
  return generate('rsa', { modulusLength: bits })
}

/**
 * The type definitions lack some key types of newer runtimes. Exported as text: in Node 20 a garbage collection during
 * the export of a new `KeyObject` may wait forever for the key's lock.
 */
function generate(keyType: string, options: object): string {
  const publicKeyEncoding = { type: 'spki', format: 'pem' }
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' }
  const given = { ...options, publicKeyEncoding, privateKeyEncoding }
  const pair: unknown = Reflect.apply(generateKeyPairSync, undefined, [keyType, given])
  return (pair as { privateKey: string }).privateKey // the result of node:crypto with these encodings
}
