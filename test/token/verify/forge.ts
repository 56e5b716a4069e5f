import { createHmac, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { AuthError, type ErrorCode } from '../../../src/foundation/errors.js'
import { hmacKey } from '../../../src/key/index.js'
import { type CommonOptions, createVerifier, type Verifier } from '../../../src/token/index.js'

/** The time it is in these tests, in seconds. */
export const now = 1_700_000_000

export const issuer = 'https://issuer.example'
export const audience = 'api'

export const secret = randomBytes(32)
export const key = hmacKey(secret, 'HS256', { kid: 'k1' })

export const goodHeader = { alg: 'HS256', typ: 'JWT' }
export const goodClaims = { iss: issuer, aud: audience, sub: 'u1', iat: now - 10, exp: now + 600 }

type Part = string | Uint8Array | Record<string, unknown>

/**
 * Signs whatever it is given, right or wrong, with node:crypto: text and bytes as they are, objects as JSON.
 * Members set to undefined are left out.
 */
export function forge(parts: { header?: Part; payload?: Part; secret?: Uint8Array } = {}): string {
  const signingInput = `${encode(parts.header ?? goodHeader)}.${encode(parts.payload ?? goodClaims)}`
  return `${signingInput}.${mac(signingInput, parts.secret ?? secret)}`
}

/** A token whose claims are the good ones with these changed; undefined leaves one out. */
export function withClaims(changes: Record<string, unknown>): string {
  return forge({ payload: { ...goodClaims, ...changes } })
}

/** A token whose header is the good one with these members changed. */
export function withHeader(changes: Record<string, unknown>): string {
  return forge({ header: { ...goodHeader, ...changes } })
}

/** A token whose claims end with this raw JSON text: `"a":1,"a":2`. */
export function withRawClaims(members: string): string {
  return forge({ payload: `${JSON.stringify(goodClaims).slice(0, -1)},${members}}` })
}

/** A token whose header ends with this raw JSON text. */
export function withRawHeader(members: string): string {
  return forge({ header: `${JSON.stringify(goodHeader).slice(0, -1)},${members}}` })
}

export function mac(signingInput: string, key: Uint8Array = secret): string {
  return createHmac('sha256', key).update(signingInput, 'utf8').digest('base64url')
}

export function encode(part: Part): string {
  if (typeof part === 'string') return Buffer.from(part).toString('base64url')
  if (part instanceof Uint8Array) return Buffer.from(part).toString('base64url')
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** The usual verifier of these tests, with further options. */
export function verifierWith(options: CommonOptions<unknown> = {}): Verifier<unknown> {
  return createVerifier({
    keys: key,
    algorithms: ['HS256'],
    issuer,
    audience,
    now: () => now,
    ...options,
  })
}

/** `accepted`, or the code of the refusal; anything but an AuthError fails the test. */
export async function verdict(
  verify: (token: string) => Promise<unknown>,
  token: unknown,
): Promise<ErrorCode | 'accepted'> {
  try {
    await verify(token as string)
    return 'accepted'
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError)
    return (error as AuthError).code
  }
}
