import type { Algorithm } from './algorithms.js'
import { decodeBase64url } from '../encoding/base64url.js'
import { ConfigError } from '../foundation/errors.js'

/**
 * A JSON Web Key (RFC 7517) as node:crypto writes it; `kty` says which members there are. Declared here, because Node's
 * own declaration is another one in each of its majors.
 */
export interface JsonWebKey {
  kty?: string
  crv?: string
  x?: string
  y?: string
  n?: string
  e?: string
  d?: string
  p?: string
  q?: string
  dp?: string
  dq?: string
  qi?: string
  k?: string
  [member: string]: unknown
}

/** What is taken for one: others' declarations of it too, which know fewer members. */
export type JwkInput = JsonWebKey | { readonly kty?: string }

/** What a JWK is wanted for. */
export type KeyOperation = 'sign' | 'verify'

/** Members that hold private or secret material (RFC 7518 sections 6.2.2, 6.3.2 and 6.4, RFC 8037, RFC 9964). */
export const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const

/** Members that are bytes as base64url, by `kty`; a private key has the second half too. */
const byteMembers: Readonly<
  Record<string, { open: readonly string[]; secret: readonly string[] }>
> = {
  EC: { open: ['x', 'y'], secret: ['d'] },
  RSA: { open: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  OKP: { open: ['x'], secret: ['d'] },
  AKP: { open: ['pub'], secret: ['priv'] },
  oct: { open: [], secret: ['k'] },
}

/** Octets of a coordinate: leading zeros may not be left out (RFC 7518 section 6.2.1.2). */
const coordinateBytes: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
}

/**
 * The members of a JWK that make the key, each checked to be canonical base64url of the right length, and nothing
 * else of it: a public key asked for can not bring a private one along.
 *
 * @throws ConfigError naming the member, never its value
 * @example keyMembers({ kty: 'oct', k: 'AAEC', alg: 'HS256' }, 'sign') // { kty: 'oct', k: 'AAEC' }
 */
export function keyMembers(jwk: JsonWebKey, operation: KeyOperation): JsonWebKey {
  const names = byteMembers[jwk.kty ?? '']
  if (!names) throw new ConfigError('jwk.kty', 'must be "EC", "RSA", "OKP", "AKP" or "oct"')
  if ('oth' in jwk)
    throw new ConfigError('jwk.oth', 'RSA keys of more than two primes are not taken')
  const wanted = operation === 'sign' ? [...names.open, ...names.secret] : names.open
  const members: Record<string, unknown> = { kty: jwk.kty }
  // AKP keys are named by `alg`, the others by `crv`; RSA has neither.
  if (jwk.kty === 'AKP') members['alg'] = jwk['alg']
  else if (jwk.crv !== undefined) members['crv'] = jwk.crv
  for (const name of wanted) members[name] = checkBytes(jwk, name)
  return members
}

/**
 * `alg`, `use` and `key_ops` must permit what the key is wanted for (RFC 7517 sections 4.2 to 4.4).
 *
 * @throws ConfigError naming the member
 * @example checkJwkUse(jwk, 'ES256', 'verify')
 */
export function checkJwkUse(jwk: JsonWebKey, alg: Algorithm, operation: KeyOperation): void {
  if (jwk['alg'] !== undefined && jwk['alg'] !== alg)
    throw new ConfigError('jwk.alg', `the JWK is not for ${alg}; configure the algorithm it names`)
  if (!permits(jwk, operation))
    throw new ConfigError(
      jwk['use'] === undefined || jwk['use'] === 'sig' ? 'jwk.key_ops' : 'jwk.use',
      `does not permit to ${operation}; take another key, or have this one published for signatures`,
    )
}

/**
 * Whether `use` and `key_ops` permit an operation. Absent members permit everything; malformed ones nothing.
 *
 * @example permits({ kty: 'EC', use: 'enc' }, 'verify') // false
 */
export function permits(jwk: JsonWebKey, operation: KeyOperation): boolean {
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return false
  if (jwk['key_ops'] === undefined) return true
  const operations: unknown = jwk['key_ops']
  return (
    Array.isArray(operations) &&
    new Set(operations).size === operations.length &&
    operations.includes(operation)
  )
}

/** Whether a value can only be meant as a JWK. */
export function isJwk(input: unknown): input is JsonWebKey {
  if (typeof input !== 'object' || input === null) return false
  return 'kty' in input && typeof input.kty === 'string'
}

function checkBytes(jwk: JsonWebKey, name: string): string {
  const value: unknown = jwk[name]
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (typeof value !== 'string' || !bytes || bytes.byteLength === 0)
    throw new ConfigError(`jwk.${name}`, 'must be base64url without padding')
  const expected = jwk.kty === 'EC' && name !== 'd' ? coordinateBytes[jwk.crv ?? ''] : undefined
  if (expected !== undefined && bytes.byteLength !== expected)
    throw new ConfigError(
      `jwk.${name}`,
      `must be ${String(expected)} bytes, leading zeros included`,
    )
  return value
}
