import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthError, ConfigError } from '../../../src/foundation/errors.js'
import { createSigner, createVerifier } from '../../../src/token/index.js'
import {
  audience,
  issuer,
  key,
  now,
  verdict,
  verifierWith,
  withClaims,
  withRawClaims,
} from './forge.js'

const base = { keys: key, algorithms: ['HS256'], issuer, audience, now: () => now } as const
const id = z.union([z.string(), z.number().int()])
const long = 'x'.repeat(1025)

async function messageOf(pending: Promise<unknown>): Promise<string> {
  const error: unknown = await pending.catch((error: unknown) => error)
  return error instanceof Error ? error.message : 'accepted'
}

describe('the message of a refusal', () => {
  test.each(['sub', 'jti', 'iss', 'aud'])('the message says that %s is too long', async (name) => {
    const verify = verifierWith()
    expect(await verdict(verify, withClaims({ [name]: long }))).toBe('CLAIM_TOO_LONG')
    expect(await messageOf(verify(withClaims({ [name]: long })))).toBe(
      `a claim is longer than 1024 characters: "${name}"`,
    )
  })
  test('the message says that an audience in a list is too long', async () => {
    expect(await verdict(verifierWith(), withClaims({ aud: [audience, long] }))).toBe(
      'CLAIM_TOO_LONG',
    )
    expect(await verdict(verifierWith(), withClaims({ aud: [long, 1] }))).toBe('CLAIM_INVALID')
  })
  test('the message says that a claim is empty or of the wrong type', async () => {
    expect(await messageOf(verifierWith()(withClaims({ sub: '' })))).toBe(
      'a claim has a value of the wrong type, or an empty one: "sub"',
    )
  })
  test('the message of a signer says that a claim is too long', async () => {
    const sign = createSigner({ key, issuer, audience, expiresIn: 60 })
    expect(await messageOf(sign({ sub: long }))).toBe(
      'the claim "sub" is longer than 1024 characters',
    )
  })
  test('an explanation says what the claim is', async () => {
    const found = async (sub: unknown) =>
      (await verifierWith().explain(withClaims({ sub }))).checks.find(
        ({ name }) => name === 'claim types',
      )?.found
    expect(await found(7)).toBe('sub is a number')
    expect(await found('')).toBe('sub is empty')
    expect(await found(null)).toBe('sub is null')
    expect(await found([])).toBe('sub is an array')
    expect(await found(long)).toBe('sub has 1025 characters')
  })
})

describe('a sub of 256 to 1024 characters', () => {
  test('a sub of 1024 characters is accepted, and signed', async () => {
    const sub = 'x'.repeat(1024)
    expect(await verdict(verifierWith(), withClaims({ sub }))).toBe('accepted')
    const sign = createSigner({ key, issuer, audience, expiresIn: 60, now: () => now })
    expect(await verdict(verifierWith(), await sign({ sub }))).toBe('accepted')
  })
})

describe('the options subject and tokenId', () => {
  const claims = z.object({ sub: id.optional(), jti: id.optional() })
  const lax = createVerifier({ ...base, claims, subject: 'any', tokenId: 'any' })

  test('the options give numbers to the schema, as numbers', async () => {
    const { claims, payload } = await lax(withRawClaims('"jti":7'))
    expect(claims).toMatchObject({ sub: 'u1', jti: 7 })
    expect(payload.jti).toBe(7)
  })
  test('the options give a text of any length to the schema', async () => {
    expect((await lax(withClaims({ sub: long, jti: long }))).claims).toEqual({
      sub: long,
      jti: long,
    })
  })
  test('the options leave the decision to the schema', async () => {
    for (const sub of [null, true, [], {}, 1.5])
      expect(await verdict(lax, withClaims({ sub }))).toBe('CLAIMS_REFUSED')
  })
  test('each option is for its own claim', async () => {
    const subject = createVerifier({ ...base, claims, subject: 'any' })
    const tokenId = createVerifier({ ...base, claims, tokenId: 'any' })
    expect(await verdict(subject, withClaims({ sub: 1 }))).toBe('accepted')
    expect(await verdict(subject, withClaims({ jti: 1 }))).toBe('CLAIM_INVALID')
    expect(await verdict(tokenId, withClaims({ jti: 1 }))).toBe('accepted')
    expect(await verdict(tokenId, withClaims({ sub: 1 }))).toBe('CLAIM_INVALID')
  })
  test('the options hold for each of several issuers', async () => {
    const issuers = { [issuer]: { keys: key, algorithms: ['HS256'], audience } } as const
    const verify = createVerifier({ issuers, now: () => now, claims, subject: 'any' })
    expect(await verdict(verify, withClaims({ sub: 1 }))).toBe('accepted')
  })
  test('the options change nothing for the other claims', async () => {
    for (const name of ['iss', 'aud', 'exp', 'nbf', 'iat'])
      expect(await verdict(lax, withClaims({ [name]: { x: 1 } }))).toBe('CLAIM_INVALID')
  })
  test('the options let a required claim be a number, and never null', async () => {
    const verify = createVerifier({
      ...base,
      claims: z.looseObject({}),
      subject: 'any',
      requiredClaims: ['sub'],
    })
    expect(await verdict(verify, withClaims({ sub: 0 }))).toBe('accepted')
    expect(await verdict(verify, withClaims({ sub: null }))).toBe('CLAIM_MISSING')
  })
  test('the options agree with the explanation', async () => {
    for (const sub of [1, long, null]) {
      const token = withClaims({ sub })
      const { ok, code = 'accepted' } = await lax.explain(token)
      expect(await verdict(lax, token)).toBe(code)
      expect(ok).toBe(code === 'accepted')
    }
  })
  test.each(['subject', 'tokenId'] as const)('%s needs a schema', (option) => {
    expect(() => verifierWith({ [option]: 'any' })).toThrow(
      new ConfigError(
        `createVerifier.${option}`,
        "'any' needs the option claims, a schema that says which values are valid",
      ),
    )
    expect(() => verifierWith({ [option]: 'number' as never })).toThrow(ConfigError)
  })
  test('the options keep the number 1 and the text "1" apart in the cache', async () => {
    const verify = createVerifier({
      ...base,
      claims,
      subject: 'any',
      cache: { entries: 64, bytes: 1_000_000 },
    })
    const [number, text] = [withClaims({ sub: 1 }), withClaims({ sub: '1' })]
    for (let round = 0; round < 2; round++) {
      expect((await verify(number)).claims.sub).toBe(1)
      expect((await verify(text)).claims.sub).toBe('1')
    }
    expect(verify.cacheUse()).toEqual({ hits: 2, misses: 2 })
  })
})

test('a refusal for its length is the caller’s fault, as any invalid token is', () => {
  expect(new AuthError('CLAIM_TOO_LONG')).toMatchObject({ status: 401, reason: 'token_invalid' })
})
