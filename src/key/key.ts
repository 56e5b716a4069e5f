import { createPublicKey, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import {
  algorithmNames,
  algorithmRow,
  isAlgorithm,
  signatureBytes,
  type Algorithm,
  type AlgorithmRow,
} from './algorithms.js'
import { ConfigError } from '../foundation/errors.js'
import { Mac } from './signature/hmac.js'
import { checkJwkUse, isJwk, permits, type JsonWebKey, type KeyOperation } from './jwk.js'
import { checkFits, checkPair } from './key-checks.js'
import { readPrivateKey, readPublicKey, type AsymmetricInput } from './key-import.js'
import { unchecked } from '../foundation/option-kinds.js'
import { readOptions, type OptionTable } from '../foundation/options.js'
import { checkSecret, readSecret, type KnownSecrets, type SecretInput } from './strength/secret.js'
import { thumbprint } from './thumbprint.js'

export type { JsonWebKey } from './jwk.js'
export type { AsymmetricInput } from './key-import.js'
export type { KnownSecrets, SecretInput } from './strength/secret.js'

/** What may be said about a key beside its material. */
export interface KeyOptions {
  /**
   * Key id (RFC 7515 section 4.1.4), at most 256 characters. Default: the `kid` of the JWK, else the RFC 7638
   * thumbprint; HMAC: a random one.
   */
  readonly kid?: string
}

/** {@link KeyOptions} of a shared secret. */
export interface HmacKeyOptions extends KeyOptions {
  /** Secrets that others know, none of which is accepted, however it is encoded. Default: none. */
  readonly knownSecrets?: KnownSecrets
  /**
   * Whether text, a UUID, repeats, and whatever else can be guessed is refused. Default `refuse`; `accept` is for
   * published test vectors, and for moving a service whose secret can not be changed in the same step.
   */
  readonly guessable?: 'refuse' | 'accept'
}

/** What a {@link Key} is made of. */
interface KeyParts {
  readonly material: KeyObject
  readonly kid: string | undefined
  /** Whether a secret may sign; a public key never may. */
  readonly maySign: boolean
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
  readonly #mac: Mac | undefined
  readonly #signatureBytes: number
  readonly #maySign: boolean

  /** Not for use outside this folder: `hmacKey`, `publicKey` and `privateKey` check what they are given. */
  constructor(alg: Algorithm, { material, kid, maySign }: KeyParts) {
    const row = algorithmRow(alg)
    this.alg = alg
    this.kind = material.type
    this.kid =
      checkKid(kid) ??
      (material.type === 'secret' ? randomBytes(16).toString('base64url') : thumbprint(material))
    this.hasPublicKid = kid !== undefined || material.type !== 'secret'
    this.#material = material
    this.#mac = row.kind === 'hmac' ? new Mac(row, material) : undefined
    this.#signatureBytes = signatureBytes(row, material.asymmetricKeyDetails?.modulusLength)
    this.#maySign = maySign
    Object.freeze(this)
  }

  /** The node:crypto key behind a {@link Key}. Not for export from the package. */
  static material(key: Key): KeyObject {
    return key.#material
  }

  /** The prepared HMAC of a secret. Not for export from the package. */
  static mac(key: Key): Mac | undefined {
    return key.#mac
  }

  /** How many bytes each of its signatures has. */
  static signatureBytes(key: Key): number {
    return key.#signatureBytes
  }

  /** Whether it can sign and is meant to (`key_ops`, RFC 7517 section 4.3). */
  static maySign(key: Key): boolean {
    return key.#maySign
  }
}

/** Options of `publicKey` and `privateKey`. */
export const keyTable = {
  kid: unchecked<string>('text of 1 to 256 characters'),
} satisfies OptionTable<keyof KeyOptions>

/** Options of `hmacKey`. */
export const hmacKeyTable = {
  ...keyTable,
  knownSecrets: unchecked<KnownSecrets>('list or set of secrets'),
  guessable: unchecked<HmacKeyOptions['guessable']>('`accept` or `refuse`'),
} satisfies OptionTable<keyof HmacKeyOptions>

/**
 * A shared secret for HS256, HS384 or HS512 (RFC 7518 section 3.2): at least as many random bytes as the hash is long.
 *
 * Text is not taken, because nobody can tell whether it is the secret or an encoding of it.
 *
 * @throws ConfigError for text, a short, guessable or known secret, or bytes that hold a public key.
 * @example const key = hmacKey(Buffer.from(process.env.SECRET ?? '', 'base64'), 'HS256')
 */
export function hmacKey(secret: SecretInput, alg: Algorithm, options: HmacKeyOptions = {}): Key {
  readOptions('hmacKey', hmacKeyTable, options)
  const row = rowOf(alg)
  if (row.kind !== 'hmac')
    throw new ConfigError('hmacKey.alg', `${alg} is not an HMAC algorithm; use publicKey`)
  const kid = checkUse(secret, alg, 'verify')
  const bytes = readSecret(secret)
  checkSecret(bytes, {
    leastBytes: row.bytes,
    known: options.knownSecrets,
    guessable: options.guessable,
  })
  return new Key(alg, {
    material: createSecretKey(bytes),
    kid: options.kid ?? kid,
    maySign: !isJwk(secret) || permits(secret, 'sign'),
  })
}

/**
 * The public half of a key pair, for verifying. Private material is refused: a verifier has no need of it.
 *
 * @throws ConfigError when the material is not a public key, or does not fit the algorithm.
 * @example const key = publicKey(readFileSync('public.pem', 'utf8'), 'ES256')
 */
export function publicKey(input: AsymmetricInput, alg: Algorithm, options: KeyOptions = {}): Key {
  readOptions('publicKey', keyTable, options)
  requireAsymmetric('publicKey', alg)
  const kid = checkUse(input, alg, 'verify')
  const material = readPublicKey(input)
  checkFits('publicKey', material, alg)
  return new Key(alg, { material, kid: options.kid ?? kid, maySign: false })
}

/**
 * A private key, for signing.
 *
 * @throws ConfigError when the material is not a private key, or does not fit the algorithm.
 * @example const key = privateKey(readFileSync('private.pem', 'utf8'), 'ES256')
 */
export function privateKey(input: AsymmetricInput, alg: Algorithm, options: KeyOptions = {}): Key {
  readOptions('privateKey', keyTable, options)
  requireAsymmetric('privateKey', alg)
  const kid = checkUse(input, alg, 'sign')
  const material = readPrivateKey(input)
  checkFits('privateKey', material, alg)
  checkPair(material)
  return new Key(alg, { material, kid: options.kid ?? kid, maySign: true })
}

/**
 * The key to verify with, for a key that signs: the public half of a private key, an HMAC or public key itself.
 *
 * @example createVerifier({ keys: verificationKey(signingKey), … })
 */
export function verificationKey(key: Key): Key {
  if (key.kind !== 'private') return key
  const material = createPublicKey(Key.material(key))
  return new Key(key.alg, { material, kid: key.kid, maySign: false })
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
  if (!isAlgorithm(alg))
    throw new ConfigError('alg', `is unknown; must be one of ${algorithmNames.join(', ')}`)
  return algorithmRow(alg)
}

function requireAsymmetric(place: string, alg: Algorithm): void {
  if (rowOf(alg).kind === 'hmac')
    throw new ConfigError(`${place}.alg`, `${alg} takes a secret; use hmacKey`)
}

/** What a JWK says of its use must permit this one; answers with its `kid`. */
function checkUse(input: unknown, alg: Algorithm, operation: KeyOperation): string | undefined {
  if (!isJwk(input)) return undefined
  checkJwkUse(input, alg, operation)
  return checkKid(input['kid'])
}

function checkKid(kid: unknown): string | undefined {
  if (kid === undefined) return undefined
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > 256)
    throw new ConfigError('kid', 'must be text of 1 to 256 characters')
  return kid
}
