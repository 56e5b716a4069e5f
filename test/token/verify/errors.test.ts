import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthError, type ErrorCode, errorTable } from '../../../src/foundation/errors.js'
import { privateKey, verificationKey } from '../../../src/key/index.js'
import {
  type Claims,
  type ClaimsSchema,
  createSigner,
  createVerifier,
  decodeToken,
  verifyCompact,
} from '../../../src/token/index.js'
import {
  audience,
  encode,
  forge,
  goodClaims,
  goodHeader,
  issuer,
  key,
  mac,
  now,
  secret,
  verdict,
  verifierWith,
  withClaims,
  withHeader,
  withRawClaims,
} from './forge.js'

const verify = verifierWith()
const strict = verifierWith({ maxTokenAge: 60, typ: 'at+jwt' })
const base = { algorithms: ['HS256'], issuer, audience, now: () => now } as const

/** Every code the token core can produce, with a token and a verifier that produce it. */
const produced: Partial<Record<ErrorCode, () => Promise<unknown>>> = {
  TOKEN_TOO_LARGE: () => verify('x'.repeat(8193)),
  TOKEN_MALFORMED: () => verify('a.b'),
  TOKEN_JSON: () => verify(withRawClaims('"a":1,"a":2')),
  HEADER_REFUSED: () => verify(withHeader({ crit: ['x'] })),
  TYPE_MISMATCH: () => strict(forge()),
  ALGORITHM_REFUSED: () => verify(withHeader({ alg: 'none' })),
  KEY_UNKNOWN: () => createVerifier({ ...base, keys: () => undefined })(forge()),
  SIGNATURE_INVALID: () => verify(forge({ secret: randomBytes(32) })),
  CLAIM_MISSING: () => verify(withClaims({ exp: undefined })),
  CLAIM_INVALID: () => verify(withClaims({ exp: 'x' })),
  CLAIM_TOO_LONG: () => verify(withClaims({ sub: 'x'.repeat(1025) })),
  ISSUER_MISMATCH: () => verify(withClaims({ iss: 'x' })),
  AUDIENCE_MISMATCH: () => verify(withClaims({ aud: 'x' })),
  TOKEN_EXPIRED: () => verify(withClaims({ exp: 1 })),
  TOKEN_TOO_OLD: () => verifierWith({ maxTokenAge: 1 })(withClaims({ iat: 1 })),
  TOKEN_NOT_YET_VALID: () => verify(withClaims({ nbf: now + 1e6 })),
  CLAIMS_REFUSED: () =>
    verifierWith({
      claims: () => {
        throw new Error('no')
      },
    })(forge()),
  KEYS_UNAVAILABLE: () =>
    createVerifier({ ...base, keys: () => Promise.reject(new Error('down')) })(forge()),
}

describe('every code of the token core has a token that produces it', () => {
  test.each(Object.entries(produced))('%s', async (code, run) => {
    const error: unknown = await run().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(AuthError)
    const { status, grpcStatus, bearer, reason } = errorTable[code as ErrorCode]
    expect(error).toMatchObject({ code, status, grpcStatus, bearer, reason })
  })
  test('there are 18 codes that verify can reject with', () => {
    expect(Object.keys(produced)).toHaveLength(18)
  })
})

describe('errors hold nothing of a token, a key or a claim', () => {
  const canary = () => randomBytes(12).toString('hex')
  const words = Object.fromEntries(
    ['iss', 'aud', 'sub', 'jti', 'kid', 'typ', 'alg', 'note'].map((name) => [name, canary()]),
  )
  const { iss, aud, sub, jti, kid, typ, alg, note } = words
  const claims = { ...goodClaims, sub, jti, note, text: { [canary()]: note } }
  const held = new Set([
    secret.toString('hex'),
    secret.toString('base64url'),
    ...Object.values(words),
  ])

  const attempts: Record<string, () => unknown> = {
    'a bad signature': () => verify(forge({ payload: claims, secret: randomBytes(32) })),
    'another issuer': () => verify(forge({ payload: { ...claims, iss } })),
    'another audience': () => verify(forge({ payload: { ...claims, aud } })),
    'an issuer of the wrong type': () => verify(forge({ payload: { ...claims, iss: [iss] } })),
    'an unknown algorithm': () => verify(withHeader({ alg, kid })),
    'another kind': () => verify(withHeader({ typ, kid })),
    'a long kid': () => verify(withHeader({ kid: `${String(kid)}${'x'.repeat(256)}` })),
    'an encrypted header': () => verify(withHeader({ enc: 'A128GCM' })),
    'claims that are no JSON': () => verify(forge({ payload: `{"note":"${String(note)}` })),
    'duplicate claims': () =>
      verify(forge({ payload: `${JSON.stringify(claims).slice(0, -1)},"sub":"${String(note)}"}` })),
    'an expired token': () => verify(forge({ payload: { ...claims, exp: 1 } })),
    'a malformed token': () => verify(`${encode(goodHeader)}.${encode(claims)}`),
    'an overlong token': () => verify(`${forge({ payload: claims })}${'A'.repeat(9000)}`),
    'an unknown kid': () => createVerifier({ ...base, keys: () => undefined })(withHeader({ kid })),
    verifyCompact: () => verifyCompact(forge({ payload: claims, secret: randomBytes(32) }), key),
    decodeToken: () => decodeToken(`${encode({ alg: 1, kid })}.${encode(claims)}.AA`),
  }
  test.each(Object.entries(attempts))('%s', async (_, attempt) => {
    const token = forge({ payload: claims })
    let error: unknown
    try {
      await attempt()
      expect.unreachable('it was accepted')
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(AuthError)
    const said = [
      (error as Error).message,
      (error as Error).stack,
      inspect(error, { depth: 9, showHidden: true }),
      JSON.stringify(error),
      String(error),
      JSON.stringify({ ...(error as object) }),
    ].join('\n')
    for (const text of [...held, token]) {
      for (let at = 0; at + 8 <= text.length; at++) {
        expect(said).not.toContain(text.slice(at, at + 8))
      }
    }
  })
})

test('an AuthError has no stack trace, because invalid tokens must stay cheap to refuse', async () => {
  const error: unknown = await verify('x').catch((error: unknown) => error)
  expect(String((error as Error).stack)).not.toContain('\n    at ')
  expect(Error.stackTraceLimit).toBeGreaterThan(0)
})

describe('the caller learns no more than that the token is invalid', () => {
  test('an unknown key, a bad signature and a bad claim look alike', () => {
    const seen = (
      ['KEY_UNKNOWN', 'SIGNATURE_INVALID', 'TOKEN_REVOKED', 'ISSUER_MISMATCH'] as const
    ).map((code) => {
      const { status, grpcStatus, bearer, reason } = new AuthError(code)
      return JSON.stringify({ status, grpcStatus, bearer, reason })
    })
    expect(new Set(seen).size).toBe(1)
  })
  test('a bad signature is never reported as anything else', async () => {
    const expired = withClaims({ exp: 1 })
    const [header = '', payload = ''] = expired.split('.')
    expect(await verdict(verify, `${header}.${payload}.${mac('x')}`)).toBe('SIGNATURE_INVALID')
  })
})

test('the error of a public-key algorithm contains no part of the token', async () => {
  const pair = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA')
  const sign = createSigner({ key: pair, issuer, audience, expiresIn: 60, now: () => now })
  const eddsa = createVerifier({
    keys: verificationKey(pair),
    algorithms: ['EdDSA'],
    issuer,
    audience,
    now: () => now,
  })
  const token = await sign({ sub: 'canary-canary' })
  const bad = token.slice(0, -10) + 'AAAAAAAAAA'
  const error: unknown = await eddsa(bad).catch((error: unknown) => error)
  const said = inspect(error, { depth: 9, showHidden: true })
  for (let at = 0; at + 8 <= token.length; at++) expect(said).not.toContain(token.slice(at, at + 8))
})

test('the cause of a refusal by a schema holds no claim, and says where the schema threw', async () => {
  const throwing = (claims: Claims): never => {
    throw new RangeError(`canary-1 ${String(claims.sub)}\n    at canary-2`)
  }
  const schemas: readonly ClaimsSchema<unknown>[] = [
    throwing,
    (claims) => z.object({ sub: z.literal('x') }).parse(claims),
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- plain JavaScript may
    () => Promise.reject({ sub: 'canary-3' }),
    { '~standard': { version: 1, validate: (claims) => throwing(claims as Claims) } },
    z.object({ sub: z.string().transform((sub) => Buffer.from(sub).readInt8(99)) }),
    z.record(z.string(), z.number()),
  ]
  for (const claims of schemas) {
    const error: unknown = await verifierWith({ claims })(
      withClaims({ sub: 'canary-4', 'canary-5': 'x' }),
    ).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'CLAIMS_REFUSED' })
    const { cause } = error as Error
    expect(inspect([error, cause], { depth: 9, showHidden: true })).not.toMatch(/canary-[1234]/)
  }
  const error: unknown = await verifierWith({ claims: throwing })(forge()).catch((e: unknown) => e)
  const { message, stack } = (error as Error).cause as Error
  expect(message).toContain('RangeError')
  expect(stack).toMatch(/^ +at throwing .*errors\.test\.ts/m)
})

test('errors work under --frozen-intrinsics, where Error cannot be changed', () => {
  const library = pathToFileURL(
    join(import.meta.dirname, '../../../dist/foundation/errors.js'),
  ).href
  const script = `
    const { AuthError, ConfigError } = await import(${JSON.stringify(library)})
    const error = new AuthError('TOKEN_EXPIRED', { claim: 'exp' })
    console.log(error.name, error.code, error.status, new ConfigError('a', 'b').message)`
  const { stdout } = spawnSync(
    process.execPath,
    ['--frozen-intrinsics', '--no-warnings', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  expect(stdout).toBe('AuthError TOKEN_EXPIRED 401 a: b\n')
})
