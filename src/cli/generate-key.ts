import { generateKeyPairSync, randomBytes, type JsonWebKey, type KeyObject } from 'node:crypto'
import { algorithmRow, hmacKey, privateKey, type Algorithm, type Key } from '../core/index.js'

/** A new key: what signs with it, and what is to be kept, as PKCS#8 PEM or, for a secret, as an oct JWK. */
export type NewKey =
  | { readonly kind: 'pair'; readonly key: Key; readonly pem: string }
  | { readonly kind: 'secret'; readonly key: Key; readonly jwk: JsonWebKey }

/** What may be chosen about a new key. */
export interface NewKeyOptions {
  /** Default: the RFC 7638 thumbprint; for a secret, 128 random bits. */
  readonly kid?: string | undefined
  /** RSA modulus in bits. Default 2048. */
  readonly bits: number
}

/**
 * Makes a key for an algorithm. A secret has as many random bytes as its hash is long (RFC 7518 section 3.2).
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
  const material = generatePrivate(alg, bits)
  const pem = material.export({ format: 'pem', type: 'pkcs8' })
  return { kind: 'pair', key: privateKey(material, alg, named), pem: pem.toString() }
}

function generatePrivate(alg: Algorithm, bits: number): KeyObject {
  const row = algorithmRow(alg)
  if (row.kind === 'ec') return generateKeyPairSync('ec', { namedCurve: row.curve }).privateKey
  if (row.kind === 'plain') return generatePlain(row.keyType)
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey
}

function generatePlain(keyType: string): KeyObject {
  // Not every key type of a newer runtime is in the type definitions.
  const pair: unknown = Reflect.apply(generateKeyPairSync, undefined, [keyType])
  return (pair as { privateKey: KeyObject }).privateKey // what node:crypto answers without encodings
}
