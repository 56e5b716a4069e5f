import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError } from '../../../src/foundation/errors.js'
import { createSigner, createVerifier, verifyCompact } from '../../../src/token/index.js'
import {
  audience,
  encode,
  forge,
  goodClaims,
  issuer,
  key,
  mac,
  now,
  verdict,
  verifierWith,
  withClaims,
  withHeader,
} from './forge.js'

const verify = verifierWith()
const base = { issuer, audience, now: () => now }
const hs256 = { ...base, algorithms: ['HS256'] as const }
test('CVE-2020-28042 (null signature): an empty signature', async () => {
  const [header = '', payload = ''] = forge().split('.')
  expect(await verdict(verify, `${header}.${payload}.`)).not.toBe('accepted')
  expect(() => verifyCompact(`${header}.${payload}.`, key)).toThrow()
})

test('CVE-2019-7644 (the right signature in the error)', async () => {
  const [header = '', payload = '', signature = ''] = forge().split('.')
  const error: unknown = await verify(`${header}.${payload}.${mac('x')}`).catch((e: unknown) => e)
  expect(JSON.stringify(error) + String(error)).not.toContain(signature.slice(0, 8))
})

test('CVE-2024-28176, CVE-2022-36083, CVE-2021-29443 (JWE): there is no decryption', async () => {
  const jwe = `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, zip: 'DEF' })}.AA.AA.AA.AA`
  expect(await verdict(verify, jwe)).toBe('TOKEN_MALFORMED')
})

test('CVE-2024-51744 (an expired token with a bad signature reported as expired)', async () => {
  const token = forge({ payload: { ...goodClaims, exp: 1 }, secret: randomBytes(32) })
  expect(await verdict(verify, token)).toBe('SIGNATURE_INVALID')
})

test('CVE-2025-30204 (many dots): no work and no memory grows with them', async () => {
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 2000; i++) await verdict(verify, '.'.repeat(8192))
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024)
})

describe('CVE-2025-30144, CVE-2024-53861 (iss as an array, or part of the configured one)', () => {
  test.each([[[issuer]], [[issuer, 'x']], [issuer.slice(0, 8)], [{ 0: issuer }]])(
    '%j',
    async (iss) => {
      expect(await verdict(verify, withClaims({ iss }))).not.toBe('accepted')
    },
  )
})

describe('CVE-2026-35040, CVE-2026-35041 (RegExp in claims options)', () => {
  test.each(['issuer', 'audience', 'typ'])('%s takes no RegExp', (name) => {
    const options = { ...hs256, keys: key, [name]: /x/g }
    expect(() => createVerifier(options as never)).toThrow(ConfigError)
  })
  test('a predicate is asked afresh each time', async () => {
    const picky = verifierWith({ claims: z.object({ sub: z.string().regex(/^u1$/g) }) })
    const verdicts = [await verdict(picky, forge()), await verdict(picky, forge())]
    expect(verdicts).toEqual(['accepted', 'accepted'])
  })
})

describe('CVE-2026-35042, CVE-2026-32597, GHSA-9ggr-2464-2j32 (unknown crit)', () => {
  test.each([[['x']], [[]], ['x'], [['exp', 'exp']], [['alg']], [null]])('%j', async (crit) => {
    expect(await verdict(verify, withHeader({ crit, x: 1 }))).toBe('HEADER_REFUSED')
  })
})

test('CVE-2026-35039, GHSA-rp9m-7r4c-75qg (cache confusion): tokens that differ never share a result', async () => {
  const cached = verifierWith({ cache: { entries: 4, bytes: 10_000 } })
  const tokens = Array.from({ length: 50 }, (_, i) => withClaims({ sub: `user-${String(i)}` }))
  for (const round of [1, 2, 3]) {
    for (const [i, token] of tokens.entries()) {
      expect((await cached(token)).payload.sub, String(round)).toBe(`user-${String(i)}`)
    }
  }
})

test('GHSA-jc38-x7x8-2xc8 (alg from an unprotected header): there is no unprotected header', async () => {
  const [header = '', payload = '', signature = ''] = forge().split('.')
  const json = JSON.stringify({ header: { alg: 'HS256' }, protected: header, payload, signature })
  expect(await verdict(verify, json)).toBe('TOKEN_MALFORMED')
})

describe('CVE-2026-44459, GHSA-hm8q-7f3q-5f36 (dates that skip the check)', () => {
  test.each(['0', '-1', '1e999', '-1e999', '"1"', '""', 'null', 'true', 'false', '[]', '1.5'])(
    'exp %s',
    async (exp) => {
      const { exp: dropped, ...rest } = goodClaims
      expect(dropped).toBeGreaterThan(now)
      const payload = `${JSON.stringify(rest).slice(0, -1)},"exp":${exp}}`
      expect(await verdict(verify, forge({ payload }))).not.toBe('accepted')
    },
  )
})

test('CVE-2025-62610 (aud never checked)', async () => {
  expect(await verdict(verify, withClaims({ aud: 'another' }))).toBe('AUDIENCE_MISMATCH')
})

test('CVE-2020-15084 (algorithms not required)', () => {
  expect(() => createVerifier({ ...base, keys: key } as never)).toThrow(ConfigError)
})

test('CVE-2025-59936 (a kid that names another issuer): issuers that share a kid do not share keys', async () => {
  const keys = (header: { kid?: string }) => (header.kid === 'k:b' ? key : undefined)
  const verify = createVerifier({
    issuers: {
      a: { keys, algorithms: ['HS256'], audience: null },
      b: { keys: () => undefined, algorithms: ['HS256'], audience: null },
    },
    now: () => now,
  })
  const as = (iss: string) =>
    forge({ header: { alg: 'HS256', kid: 'k:b' }, payload: { iss, exp: now + 9 } })
  expect(await verdict(verify, as('a'))).toBe('accepted')
  expect(await verdict(verify, as('b'))).toBe('KEY_UNKNOWN')
})

test('fast-jwt 86e83ef: an array is no claims set', async () => {
  expect(await verdict(verify, forge({ payload: JSON.stringify([goodClaims]) }))).toBe('TOKEN_JSON')
})

test('fast-jwt c0fb5b8: options that are not finite are refused', () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    expect(() => verifierWith({ clockTolerance: wrong })).toThrow(ConfigError)
    expect(() => verifierWith({ maxTokenAge: wrong })).toThrow(ConfigError)
  }
})

test('fast-jwt 111286c: white space, padding and strange characters inside segments', async () => {
  const token = forge()
  for (const junk of [' ', '\n', '=', '!', '%', '\u00e9']) {
    for (let at = 0; at <= token.length; at += 5) {
      expect(await verdict(verify, token.slice(0, at) + junk + token.slice(at))).not.toBe(
        'accepted',
      )
    }
  }
})

test('fast-jwt 6.3.6: a cached token without iat is refused once it has expired', async () => {
  let time = now
  const cached = verifierWith({ cache: { entries: 16, bytes: 100_000 }, now: () => time })
  const token = withClaims({ iat: undefined, exp: now + 10 })
  expect(await verdict(cached, token)).toBe('accepted')
  time = now + 69
  expect(await verdict(cached, token)).toBe('accepted')
  time = now + 70
  expect(await verdict(cached, token)).toBe('TOKEN_EXPIRED')
})

describe('jose eb86956: an option that is falsy does not skip its check', () => {
  test('maxTokenAge 0 takes nothing older than the clock tolerance', async () => {
    const strict = verifierWith({ maxTokenAge: 0, clockTolerance: 0 })
    expect(await verdict(strict, withClaims({ iat: now - 1 }))).toBe('TOKEN_TOO_OLD')
  })
  test('the empty text is no issuer, audience or typ', () => {
    for (const name of ['issuer', 'audience', 'typ']) {
      expect(() => createVerifier({ ...hs256, keys: key, [name]: '' })).toThrow(ConfigError)
    }
  })
})

test('a token signed for one purpose by a signer of ours is refused for another', async () => {
  const sign = createSigner({ key, issuer, audience, expiresIn: 60, typ: 'rt+jwt', now: () => now })
  expect(await verdict(verify, await sign({ sub: 'u1' }))).toBe('TYPE_MISMATCH')
})
