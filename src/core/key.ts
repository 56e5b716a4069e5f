import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  randomBytes,
  KeyObject,
  type JsonWebKey,
} from 'node:crypto'
import { algorithms, isAlgorithm, type Algorithm, type AlgorithmRow } from './algorithms.js'
import { decodeBase64url } from './base64url.js'
import { ConfigError } from './errors.js'
import { checkRsa, checkSecret } from './key-checks.js'
import { thumbprint } from './thumbprint.js'

/** Key material as people have it: PEM text, DER or JWK, or what node:crypto made of it. */
export type AsymmetricInput = string | Uint8Array | JsonWebKey | KeyObject

/** What may be said about a key beside its material. */
export interface KeyOptions {
  /** Key id (RFC 7515 section 4.1.4), at most 256 characters. Default: RFC 7638 thumbprint; HMAC: a random one. */
  readonly kid?: string
}

/**
 * One key for one algorithm. It never prints its material, and there is no way to use it for another algorithm
 * (RFC 8725 section 3.1).
 */
export class Key {
  readonly alg: Algorithm
  readonly kind: 'secret' | 'public' | 'private'
  readonly kid: string
  /** Whether {@link kid} says something to others; a random default does not, and is not written into tokens. */
  readonly hasPublicKid: boolean
  readonly #material: KeyObject

  /** Not for use outside this folder: `hmacKey`, `publicKey` and `privateKey` check what they are given. */
  constructor(alg: Algorithm, material: KeyObject, kid: string | undefined) {
    this.alg = alg
    this.kind = material.type
    this.kid =
      checkKid(kid) ??
      (material.type === 'secret' ? randomBytes(16).toString('base64url') : thumbprint(material))
    this.hasPublicKid = kid !== undefined || material.type !== 'secret'
    this.#material = material
    Object.freeze(this)
  }

  /** The node:crypto key behind a {@link Key}. Not for export from the package. */
  static material(key: Key): KeyObject {
    return key.#material
  }
}

/**
 * A shared secret for HS256 (RFC 7518 section 3.2): at least as many random bytes as the hash is long.
 *
 * Text is not taken, because nobody can tell whether it is the secret or an encoding of it.
 *
 * @throws ConfigError for text, a short or guessable secret, or bytes that are a public key.
 * @example const key = hmacKey(Buffer.from(process.env.SECRET ?? '', 'base64'), 'HS256')
 */
export function hmacKey(
  secret: Uint8Array | JsonWebKey,
  alg: Algorithm,
  options: KeyOptions = {},
): Key {
  const row = rowOf(alg)
  if (row.kind !== 'hmac') throw new ConfigError('hmacKey.alg', `${alg} is not an HMAC algorithm`)
  const { bytes, kid } = secretBytes(secret, alg)
  checkSecret(bytes, row.bytes)
  return new Key(alg, createSecretKey(bytes), options.kid ?? kid)
}

/**
 * The public half of a key pair, for verifying. Private material is refused: a verifier has no need of it.
 *
 * @throws ConfigError when the material is not a public key, or does not fit the algorithm.
 * @example const key = publicKey(readFileSync('public.pem', 'utf8'), 'ES256')
 */
export function publicKey(input: AsymmetricInput, alg: Algorithm, options: KeyOptions = {}): Key {
  if (rowOf(alg).kind === 'hmac')
    throw new ConfigError('publicKey.alg', `${alg} has no public key; use hmacKey`)
  if (isJwk(input) && 'd' in input)
    throw new ConfigError('publicKey', 'was given a private JWK; pass its public half')
  if (isPrivateMaterial(input))
    throw new ConfigError('publicKey', 'was given a private key; pass its public half')
  const kid = checkJwk(input, alg, 'verify')
  const material = importKey('publicKey', () => toPublic(input))
  checkFits('publicKey', material, alg)
  return new Key(alg, material, options.kid ?? kid)
}

/**
 * A private key, for signing.
 *
 * @throws ConfigError when the material is not a private key, or does not fit the algorithm.
 * @example const key = privateKey(readFileSync('private.pem', 'utf8'), 'ES256')
 */
export function privateKey(input: AsymmetricInput, alg: Algorithm, options: KeyOptions = {}): Key {
  if (rowOf(alg).kind === 'hmac')
    throw new ConfigError('privateKey.alg', `${alg} has no private key; use hmacKey`)
  const kid = checkJwk(input, alg, 'sign')
  const material = importKey('privateKey', () => toPrivate(input))
  checkFits('privateKey', material, alg)
  return new Key(alg, material, options.kid ?? kid)
}

/**
 * The key to verify with, for a key that signs: the public half of a private key, an HMAC or public key itself.
 *
 * @example createVerifier({ keys: verificationKey(signingKey), … })
 */
export function verificationKey(key: Key): Key {
  return key.kind === 'private'
    ? new Key(key.alg, createPublicKey(Key.material(key)), key.kid)
    : key
}

/**
 * The public half as a JWK with `alg`, `kid` and `use` (RFC 7517), ready to be published.
 *
 * @throws ConfigError for an HMAC key: publishing a secret is never right.
 * @example JSON.stringify({ keys: [publicJwk(key)] })
 */
export function publicJwk(key: Key): JsonWebKey {
  if (key.kind === 'secret') throw new ConfigError('publicJwk', 'an HMAC key has no public half')
  const jwk = Key.material(verificationKey(key)).export({ format: 'jwk' })
  return { ...jwk, kid: key.kid, alg: key.alg, use: 'sig' }
}

function rowOf(alg: unknown): AlgorithmRow {
  if (!isAlgorithm(alg)) {
    throw new ConfigError('alg', `must be one of ${Object.keys(algorithms).join(', ')}`)
  }
  return algorithms[alg]
}

function checkKid(kid: unknown): string | undefined {
  if (kid === undefined) return undefined
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > 256) {
    throw new ConfigError('kid', 'must be text of 1 to 256 characters')
  }
  return kid
}

function secretBytes(
  secret: unknown,
  alg: Algorithm,
): { bytes: Uint8Array; kid: string | undefined } {
  if (secret instanceof Uint8Array) return { bytes: secret, kid: undefined }
  if (typeof secret === 'string') {
    throw new ConfigError(
      'hmacKey',
      "takes bytes, not text: pass Buffer.from(secret, 'base64') for an encoded secret, Buffer.from(secret) for text",
    )
  }
  if (!isJwk(secret) || secret.kty !== 'oct' || typeof secret.k !== 'string') {
    throw new ConfigError('hmacKey', 'takes a Uint8Array or a JWK with kty "oct" and k')
  }
  const kid = checkJwk(secret, alg, 'verify')
  const bytes = decodeBase64url(secret.k)
  if (!bytes) throw new ConfigError('hmacKey.k', 'is not base64url')
  return { bytes, kid }
}

/** `alg`, `use` and `key_ops` of a JWK must permit what it is wanted for (RFC 7517 sections 4.2 to 4.4). */
function checkJwk(
  input: unknown,
  alg: Algorithm,
  operation: 'sign' | 'verify',
): string | undefined {
  if (!isJwk(input)) return undefined
  if (input.alg !== undefined && input.alg !== alg)
    throw new ConfigError('jwk.alg', `the JWK is not for ${alg}`)
  if (input.use !== undefined && input.use !== 'sig')
    throw new ConfigError('jwk.use', 'is not "sig"')
  if (input.key_ops !== undefined) {
    const operations: unknown = input.key_ops
    if (!Array.isArray(operations) || !operations.includes(operation)) {
      throw new ConfigError('jwk.key_ops', `does not include "${operation}"`)
    }
  }
  return checkKid(input.kid)
}

function isJwk(input: unknown): input is JsonWebKey {
  return (
    typeof input === 'object' &&
    input !== null &&
    !(input instanceof Uint8Array) &&
    !(input instanceof KeyObject)
  )
}

function isPrivateMaterial(input: unknown): boolean {
  if (input instanceof KeyObject) return input.type !== 'public'
  return typeof input === 'string' && input.includes('PRIVATE KEY-----')
}

/** node:crypto's messages can hold parts of the key; they go no further than the `cause`-less ConfigError. */
function importKey(place: string, read: () => KeyObject): KeyObject {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(place, 'can not be read as PEM, DER or JWK of such a key')
  }
}

function toPublic(input: AsymmetricInput): KeyObject {
  if (input instanceof KeyObject) return input
  if (input instanceof Uint8Array)
    return createPublicKey({ key: asBuffer(input), format: 'der', type: 'spki' })
  if (typeof input === 'string') return createPublicKey({ key: input, format: 'pem' })
  return createPublicKey({ key: input, format: 'jwk' })
}

function toPrivate(input: AsymmetricInput): KeyObject {
  if (input instanceof KeyObject) {
    if (input.type !== 'private')
      throw new ConfigError('privateKey', 'was given a public or secret key')
    return input
  }
  if (input instanceof Uint8Array)
    return createPrivateKey({ key: asBuffer(input), format: 'der', type: 'pkcs8' })
  if (typeof input === 'string') return createPrivateKey({ key: input, format: 'pem' })
  return createPrivateKey({ key: input, format: 'jwk' })
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Ties hash, curve and key type together; node:crypto does not (it verifies ES256 with a P-384 key). */
function checkFits(place: string, material: KeyObject, alg: Algorithm): void {
  const row = rowOf(alg)
  const details = material.asymmetricKeyDetails ?? {}
  switch (row.kind) {
    case 'rsa':
      if (material.asymmetricKeyType !== 'rsa')
        throw new ConfigError(place, `${alg} needs an RSA key`)
      checkRsa(place, details)
      return
    case 'ec':
      if (material.asymmetricKeyType !== 'ec' || details.namedCurve !== row.curve) {
        throw new ConfigError(place, `${alg} needs an EC key on ${row.crv}`)
      }
      return
    case 'ed':
      if (material.asymmetricKeyType !== row.keyType)
        throw new ConfigError(place, `${alg} needs an ${row.crv} key`)
      return
    case 'hmac':
      throw new ConfigError(place, `${alg} needs an HMAC key`)
  }
}
