import { decodeBase64url } from '../encoding/base64url.js'
import { ConfigError } from '../foundation/errors.js'

/**
 * A JSON Web Key (RFC 7517) as node:crypto writes it; `kty` says which members there are. Declared here, because the
 * declaration of `@types/node` differs from major to major.
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

/** A JWK as input: also by the declarations of other packages, which know fewer members. */
export type JwkInput = JsonWebKey | { readonly kty?: string }

/** The use of a key. */
export type KeyOperation = 'sign' | 'verify'

/** Members that hold private or secret material (RFC 7518 sections 6.2.2, 6.3.2 and 6.4, RFC 8037, RFC 9964). */
export const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const

/** Members that are bytes as base64url, by `kty`; a private key has those of the second list too. */
const byteMembers: Readonly<
  Record<string, { open: readonly string[]; secret: readonly string[] }>
> = {
  EC: { open: ['x', 'y'], secret: ['d'] },
  RSA: { open: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  OKP: { open: ['x'], secret: ['d'] },
  AKP: { open: ['pub'], secret: ['priv'] },
  oct: { open: [], secret: ['k'] },
}

/** Bytes of a coordinate: leading zeros must not be left out (RFC 7518 section 6.2.1.2). */
const coordinateBytes: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
}

/**
 * The members of a JWK that make the key and no others, each checked to be canonical base64url of the right length: a
 * public key cannot bring a private one along.
 *
 * @throws ConfigError naming the member, never its value
 * @example keyMembers({ kty: 'oct', k: 'AAEC', alg: 'HS256' }, 'sign') // { kty: 'oct', k: 'AAEC' }
 */
export function keyMembers(jwk: JsonWebKey, operation: KeyOperation): JsonWebKey {
  const names = byteMembers[jwk.kty ?? '']
  if (!names) throw new ConfigError('jwk.kty', 'must be "EC", "RSA", "OKP", "AKP" or "oct"')
  if ('oth' in jwk)
    throw new ConfigError('jwk.oth', 'RSA keys of more than two primes are not supported')
  const wanted = operation === 'sign' ? [...names.open, ...names.secret] : names.open
  const members: Record<string, unknown> = { kty: jwk.kty }
  // AKP keys are named by `alg`, the others by `crv`; RSA has neither.
  if (jwk.kty === 'AKP') members['alg'] = jwk['alg']
  else if (jwk.crv !== undefined) members['crv'] = jwk.crv
  for (const name of wanted) members[name] = checkBytes(jwk, name)
  return members
}

/**
 * A JWK without the members that are null: some libraries write every member that they know, and mean "absent".
 *
 * @example presentMembers({ kty: 'EC', d: null }) // { kty: 'EC' }
 */
export function presentMembers(jwk: JsonWebKey): JsonWebKey {
  const members = Object.entries(jwk)
  if (!members.some(([, value]) => value === null)) return jwk
  return Object.fromEntries(members.filter(([, value]) => value !== null))
}

/** Whether a value is meant as a JWK: an object with the text `kty`. */
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
