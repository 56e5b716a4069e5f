import { constants, generateKeyPairSync } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'

/**
 * The algorithms, one row each (RFC 7518 section 3, RFC 8037, RFC 8812, RFC 9864, RFC 9964). A key is bound to one row
 * when it is made; the header of a token must agree with it and can never choose another one.
 */

export type Hash = 'sha256' | 'sha384' | 'sha512'

/** MAC; `bytes` is the length of the tag and the least length of the key (RFC 7518 section 3.2), `block` the hash's. */
export interface HmacRow {
  readonly kind: 'hmac'
  readonly hash: Hash
  readonly bytes: number
  readonly block: number
}

/** RSASSA-PKCS1-v1_5 (RFC 7518 section 3.3). */
export interface RsaRow {
  readonly kind: 'rsa'
  readonly hash: Hash
}

/** RSASSA-PSS; `salt` is its length, that of the hash (RFC 7518 section 3.5). */
export interface PssRow {
  readonly kind: 'pss'
  readonly hash: Hash
  readonly salt: number
}

/** ECDSA; `bytes` is the length of R ‖ S (RFC 7518 section 3.4). The curve by its names in OpenSSL and in a JWK. */
export interface EcRow {
  readonly kind: 'ec'
  readonly hash: Hash
  readonly bytes: number
  readonly curve: string
  readonly crv: string
}

/** Algorithms whose key type fixes everything: EdDSA (RFC 8037 section 3.1) and ML-DSA (RFC 9964). */
export interface PlainRow {
  readonly kind: 'plain'
  readonly bytes: number
  /** `asymmetricKeyType` of node:crypto. */
  readonly keyType: string
  /** The name of the key in messages: its `crv`, or its `alg` where there is no curve. */
  readonly crv: string
}

export type AlgorithmRow = HmacRow | RsaRow | PssRow | EcRow | PlainRow

const ed25519 = { kind: 'plain', bytes: 64, keyType: 'ed25519', crv: 'Ed25519' } as const

const everywhere = {
  HS256: { kind: 'hmac', hash: 'sha256', bytes: 32, block: 64 },
  HS384: { kind: 'hmac', hash: 'sha384', bytes: 48, block: 128 },
  HS512: { kind: 'hmac', hash: 'sha512', bytes: 64, block: 128 },
  RS256: { kind: 'rsa', hash: 'sha256' },
  RS384: { kind: 'rsa', hash: 'sha384' },
  RS512: { kind: 'rsa', hash: 'sha512' },
  PS256: { kind: 'pss', hash: 'sha256', salt: 32 },
  PS384: { kind: 'pss', hash: 'sha384', salt: 48 },
  PS512: { kind: 'pss', hash: 'sha512', salt: 64 },
  ES256: { kind: 'ec', hash: 'sha256', bytes: 64, curve: 'prime256v1', crv: 'P-256' },
  ES384: { kind: 'ec', hash: 'sha384', bytes: 96, curve: 'secp384r1', crv: 'P-384' },
  ES512: { kind: 'ec', hash: 'sha512', bytes: 132, curve: 'secp521r1', crv: 'P-521' },
  ES256K: { kind: 'ec', hash: 'sha256', bytes: 64, curve: 'secp256k1', crv: 'secp256k1' },
  // RFC 8037 means any Edwards curve by this name. Here it is Ed25519 only; Ed448 must be configured by its own name.
  EdDSA: ed25519,
  Ed25519: ed25519,
  Ed448: { kind: 'plain', bytes: 114, keyType: 'ed448', crv: 'Ed448' },
} as const satisfies Record<string, AlgorithmRow>

const postQuantum = {
  'ML-DSA-44': { kind: 'plain', bytes: 2420, keyType: 'ml-dsa-44', crv: 'ML-DSA-44' },
  'ML-DSA-65': { kind: 'plain', bytes: 3309, keyType: 'ml-dsa-65', crv: 'ML-DSA-65' },
  'ML-DSA-87': { kind: 'plain', bytes: 4627, keyType: 'ml-dsa-87', crv: 'ML-DSA-87' },
} as const satisfies Record<string, AlgorithmRow>

/**
 * Name of a signature algorithm as `alg` has it (RFC 7518 section 3.1). The ML-DSA names exist only where the runtime
 * has these algorithms (Node 24 and later); elsewhere they are unknown like any other name.
 */
export type Algorithm = keyof typeof everywhere | keyof typeof postQuantum

const rows: ReadonlyMap<string, AlgorithmRow> = new Map<string, AlgorithmRow>([
  ...Object.entries(everywhere),
  ...(runtimeHasMlDsa() ? Object.entries(postQuantum) : []),
])

/** The algorithms that this runtime has. */
export const algorithmNames: readonly Algorithm[] = Object.freeze(
  [...rows.keys()].filter(isAlgorithm),
)

/** Whether a value names an algorithm of this runtime; exact and case-sensitive, as RFC 7515 section 4.1.1 asks. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && rows.has(name)
}

/**
 * The row of an algorithm.
 *
 * @throws RangeError for a name that {@link isAlgorithm} refuses, which no `Key` can have.
 * @example algorithmRow('ES256').kind // 'ec'
 */
export function algorithmRow(algorithm: Algorithm): AlgorithmRow {
  const row = rows.get(algorithm)
  if (!row) throw new RangeError('not an algorithm of this runtime')
  return row
}

/**
 * The row of an algorithm that a caller names, who may have written it wrong.
 *
 * @throws ConfigError listing the algorithms of this runtime
 * @example knownRow('ES256').kind // 'ec'
 */
export function knownRow(alg: unknown): AlgorithmRow {
  if (!isAlgorithm(alg))
    throw new ConfigError('alg', `is unknown; must be one of ${algorithmNames.join(', ')}`)
  return algorithmRow(alg)
}

/**
 * How `sign` and `verify` of node:crypto make an RSASSA-PSS signature. Their defaults accept a salt of any length; RFC
 * 7518 section 3.5 fixes it.
 *
 * @example verify('sha256', data, { key, ...pssOptions(row) }, signature)
 */
export function pssOptions({ salt }: PssRow) {
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt }
}

/**
 * The length of a signature in bytes; an RSA one is as long as the modulus (RFC 8017 section 8).
 *
 * @example signatureBytes(algorithmRow('RS256'), 2048) // 256
 */
export function signatureBytes(row: AlgorithmRow, modulusBits = 0): number {
  return 'bytes' in row ? row.bytes : Math.ceil(modulusBits / 8)
}

/** Whether the verification key of an algorithm must stay secret. */
export function isSymmetric(algorithm: Algorithm): boolean {
  return algorithmRow(algorithm).kind === 'hmac'
}

/** Tried out, because a Node of any version can be built without ML-DSA. Making a key pair takes 0.1 ms. */
function runtimeHasMlDsa(): boolean {
  try {
    // Not in the type definitions of every supported Node.
    Reflect.apply(generateKeyPairSync, undefined, ['ml-dsa-44'])
    return true
  } catch {
    return false // an unknown key type: the algorithm does not exist here
  }
}

/**
 * The option `algorithms` of a factory: the algorithms that may be used (RFC 8725 section 3.1). HMAC and public-key
 * algorithms are not mixed.
 *
 * @throws ConfigError
 * @example readAlgorithms(['ES256'], 'localJwks.algorithms') // Set { 'ES256' }
 */
export function readAlgorithms(given: unknown, option: string): ReadonlySet<Algorithm> {
  const allowed = readMixedAlgorithms(given, option)
  if (isMixed(allowed)) throw mixedAlgorithms(option)
  return allowed
}

/**
 * Whether HMAC and public-key algorithms are among them.
 *
 * @example isMixed(new Set(['HS256', 'ES256'])) // true
 */
export function isMixed(algorithms: ReadonlySet<Algorithm>): boolean {
  return new Set([...algorithms].map(isSymmetric)).size > 1
}

/** The fault of algorithms of both kinds at one source of keys. */
export function mixedAlgorithms(option: string): ConfigError {
  return new ConfigError(
    option,
    'mixes HMAC with public-key algorithms; use one verifier for each, or currentAndPrevious to move from one to the other',
  )
}

/**
 * The same as {@link readAlgorithms}, for a verifier, whose keys decide whether algorithms of both kinds may be mixed.
 *
 * @throws ConfigError
 * @example readMixedAlgorithms(['HS256', 'ES256'], 'createVerifier.algorithms')
 */
export function readMixedAlgorithms(given: unknown, option: string): ReadonlySet<Algorithm> {
  if (typeof given === 'string')
    throw new ConfigError(option, 'must be an array, for one algorithm too: [name]')
  if (!Array.isArray(given) || given.length === 0)
    throw new ConfigError(option, 'must name at least one algorithm')
  const names: readonly unknown[] = given
  const allowed = names.filter(isAlgorithm)
  if (allowed.length < names.length)
    throw new ConfigError(option, 'names an algorithm that does not exist or is never accepted')
  return new Set(allowed)
}
