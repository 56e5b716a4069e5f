import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { hmacKey, type Key, privateKey, verificationKey } from '../../../src/key/index.js'
import { createVerifier, type KeySource } from '../../../src/token/index.js'
import {
  audience,
  forge,
  goodClaims,
  issuer,
  key,
  now,
  verdict,
  verifierWith,
  withClaims,
  withHeader,
} from './forge.js'

const base = { keys: key, algorithms: ['HS256'], issuer, audience, now: () => now } as const
const rsa = privateKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'RS256')

describe('an option that is wrong is a ConfigError that names it', () => {
  test.each([
    ['keys', { keys: undefined }],
    ['keys', { keys: 'secret' }],
    ['keys', { keys: Buffer.alloc(32) }],
    ['keys', { keys: null }],
    ['keys', { keys: [key] }],
    ['keys', { keys: { find: () => key } }],
    ['keys', { keys: rsa, algorithms: ['RS256'] }],
    ['keys', { keys: verificationKey(rsa) }],
    ['algorithms', { algorithms: undefined }],
    ['algorithms', { algorithms: 'HS256' }],
    ['algorithms', { algorithms: ['HS256', 'none'] }],
    ['algorithms', { algorithms: ['HS256', 'RS256'] }],
    ['issuer', { issuer: undefined }],
    ['issuer', { issuer: '' }],
    ['issuer', { issuer: [] }],
    ['issuer', { issuer: /x/ }],
    ['audience', { audience: undefined }],
    ['audience', { audience: [''] }],
    ['typ', { typ: '' }],
    ['typ', { typ: 1 }],
    ['claims', { claims: {} }],
    ['claims', { claims: 'schema' }],
    ['clockTolerance', { clockTolerance: 301 }],
    ['maxTokenAge', { maxTokenAge: -1 }],
    ['maxTokenAge', { maxTokenAge: Number.NaN }],
    ['maxLength', { maxLength: 0 }],
    ['maxLength', { maxLength: Number.POSITIVE_INFINITY }],
    ['maxLength', { maxLength: '8192' }],
    ['expiry', { expiry: 'never' }],
    ['expiry', { expiry: false }],
    ['requiredClaims', { requiredClaims: 'exp' }],
    ['requiredClaims', { requiredClaims: [''] }],
    ['bigints', { bigints: 1 }],
    ['cache', { cache: true }],
    ['cache', { cache: {} }],
    ['cache', { cache: { entries: 0, bytes: 1 } }],
    ['cache', { cache: { entries: 1, bytes: Number.NaN } }],
    ['cache', { cache: { entries: 1, bytes: 1, ttl: 1 } }],
    ['now', { now: 1 }],
    ['audiance', { audiance: 'api' }],
    ['clocktolerance', { clocktolerance: 1 }],
  ])('%s: %j', (option, change) => {
    try {
      createVerifier({ ...base, ...change } as never)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      expect((error as ConfigError).option).toContain(option)
      expect((error as ConfigError).message).toContain(option)
      return
    }
    expect.unreachable('it was accepted')
  })
  test('the error for a misspelt option suggests the right name', () => {
    expect(() => createVerifier({ ...base, clocktolerance: 1 } as never)).toThrow('clockTolerance')
  })
  test('the error for one algorithm as text says what to write instead', () => {
    expect(() => createVerifier({ ...base, algorithms: 'HS256' } as never)).toThrow(
      /algorithms: must be an array, for one algorithm too: \[name\]/,
    )
  })
  test('the error for a wrong option never contains its value', () => {
    const canary = 'canary-canary-canary'
    try {
      createVerifier({ ...base, keys: canary } as never)
    } catch (error) {
      expect(inspect(error)).not.toContain('canary-c')
      return
    }
    expect.unreachable('it was accepted')
  })
  test('changing the options object afterwards does not change the verifier', async () => {
    const algorithms: 'HS256'[] = ['HS256']
    const requiredClaims = ['exp']
    const verify = createVerifier({ ...base, algorithms, requiredClaims })
    algorithms.pop()
    requiredClaims.push('x')
    expect(await verdict(verify, forge())).toBe('accepted')
  })
})

describe('issuer and audience', () => {
  test('null for issuer and audience accepts any value and none', async () => {
    const open = createVerifier({ ...base, issuer: null, audience: null })
    expect(await verdict(open, withClaims({ iss: 'x', aud: 'y' }))).toBe('accepted')
    expect(await verdict(open, withClaims({ iss: undefined, aud: undefined }))).toBe('accepted')
    expect(await verdict(open, withClaims({ iss: ['x'] }))).toBe('CLAIM_INVALID')
  })
  test('a list for issuer and audience accepts each of its names', async () => {
    const either = createVerifier({ ...base, issuer: ['a', 'b'], audience: ['x', 'y'] })
    expect(await verdict(either, withClaims({ iss: 'b', aud: ['y', 'z'] }))).toBe('accepted')
    expect(await verdict(either, withClaims({ iss: 'c', aud: 'y' }))).toBe('ISSUER_MISMATCH')
  })
})

describe('requiredClaims', () => {
  test.each([[[]], [['sub']], [['sub', 'iss']]])(
    'requiredClaims %j leaves exp required, because it only adds',
    async (requiredClaims) => {
      const verify = verifierWith({ requiredClaims })
      expect(await verdict(verify, withClaims({ exp: undefined }))).toBe('CLAIM_MISSING')
      expect(await verdict(verify, forge())).toBe('accepted')
    },
  )
  test('an optional expiry does not undo exp in requiredClaims', async () => {
    const verify = verifierWith({ expiry: 'optional', requiredClaims: ['exp'] })
    expect(await verdict(verify, withClaims({ exp: undefined }))).toBe('CLAIM_MISSING')
  })
  test('an optional expiry accepts a token without exp, and claims that other options need stay required', async () => {
    const free = verifierWith({ expiry: 'optional' })
    expect(await verdict(free, withClaims({ exp: undefined }))).toBe('accepted')
    expect(await verdict(free, withClaims({ aud: undefined }))).toBe('CLAIM_MISSING')
    expect(await verdict(free, withClaims({ exp: 1 }))).toBe('TOKEN_EXPIRED')
  })
  test('an inherited property does not satisfy requiredClaims', async () => {
    const verify = verifierWith({ requiredClaims: ['toString'] })
    expect(await verdict(verify, forge())).toBe('CLAIM_MISSING')
    expect(await verdict(verify, withClaims({ toString: 'x' }))).toBe('accepted')
  })
  test.each([
    [null, 'CLAIM_MISSING'],
    [undefined, 'CLAIM_MISSING'],
    ['', 'accepted'],
    [0, 'accepted'],
    [false, 'accepted'],
  ])('a required claim with the value %j is %s', async (tenant, expected) => {
    const verify = verifierWith({ requiredClaims: ['tenant'] })
    expect(await verdict(verify, withClaims({ tenant }))).toBe(expected)
    const { ok, checks } = await verify.explain(withClaims({ tenant }))
    expect(ok).toBe(expected === 'accepted')
    const found = checks.find(({ name }) => name === 'required claims')?.found ?? ''
    expect(found.includes('tenant')).toBe(ok)
  })
})

describe('maxTokenAge', () => {
  const aged = verifierWith({ maxTokenAge: 300, clockTolerance: 10 })
  test.each([
    [0, 'accepted'],
    [309, 'accepted'],
    [310, 'TOKEN_TOO_OLD'],
  ])('with maxTokenAge, a token of %d seconds is %s', async (age, expected) => {
    expect(await verdict(aged, withClaims({ iat: now - age }))).toBe(expected)
  })
  test('maxTokenAge makes iat required', async () => {
    expect(await verdict(aged, withClaims({ iat: undefined }))).toBe('CLAIM_MISSING')
  })
})

describe('now', () => {
  test('the clock is the system’s by default', async () => {
    const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
    const seconds = Date.now() / 1000
    expect(await verdict(verify, withClaims({ iat: seconds, exp: seconds + 60 }))).toBe('accepted')
    expect(await verdict(verify, withClaims({ exp: seconds - 120 }))).toBe('TOKEN_EXPIRED')
  })
  test('a verifier whose clock returns NaN accepts nothing', async () => {
    const broken = verifierWith({ now: () => Number.NaN })
    expect(await verdict(broken, forge())).toBe('TOKEN_EXPIRED')
    const noExp = verifierWith({ now: () => Number.NaN, expiry: 'optional' })
    expect(await verdict(noExp, withClaims({ exp: undefined }))).toBe('TOKEN_NOT_YET_VALID')
  })
})

describe('keys', () => {
  const verifyBy = (keys: unknown) => createVerifier({ ...base, keys: keys as KeySource })

  test('a single key is used for every kid', async () => {
    expect(await verdict(verifyBy(key), withHeader({ kid: 'another' }))).toBe('accepted')
  })
  test('a function can choose the key by the header, synchronously or asynchronously', async () => {
    const byKid = (header: { kid?: string }) => (header.kid === 'k1' ? key : undefined)
    expect(await verdict(verifyBy(byKid), withHeader({ kid: 'k1' }))).toBe('accepted')
    expect(await verdict(verifyBy(byKid), withHeader({ kid: 'k2' }))).toBe('KEY_UNKNOWN')
    expect(await verdict(verifyBy(byKid), forge())).toBe('KEY_UNKNOWN')
    const later = (header: { kid?: string }) => Promise.resolve(byKid(header))
    expect(await verdict(verifyBy(later), withHeader({ kid: 'k1' }))).toBe('accepted')
  })
  const answers: Record<string, unknown> = {
    undefined: undefined,
    null: null,
    'the empty text': '',
    'an empty buffer': Buffer.alloc(0),
    'the secret as bytes': randomBytes(32),
    'an empty object': {},
    'an array of keys': [key],
    'an object with toString': { toString: () => 'x', alg: 'HS256', kind: 'secret' },
    'a look-alike': { alg: 'HS256', kind: 'secret', kid: 'k1', hasPublicKid: true },
    'a key for another algorithm': verificationKey(rsa),
    'a private key': rsa,
  }
  test.each(Object.entries(answers))(
    'a key source that answers %s has no key',
    async (_, answer) => {
      expect(
        await verdict(
          verifyBy(() => answer),
          forge(),
        ),
      ).toBe('KEY_UNKNOWN')
      expect(
        await verdict(
          verifyBy(() => Promise.resolve(answer)),
          forge(),
        ),
      ).toBe('KEY_UNKNOWN')
      const finder = { find: () => answer, version: () => 0 }
      expect(await verdict(verifyBy(finder), forge())).toBe('KEY_UNKNOWN')
    },
  )
  test('a key source that fails gives 503 (unavailable), not an invalid token', async () => {
    const fail = () => {
      throw new Error('down')
    }
    for (const keys of [fail, () => Promise.reject(new Error('down'))]) {
      const error: unknown = await verifyBy(keys)(forge()).catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503, retryAfter: 5 })
    }
  })
  test('a key source that hangs is aborted after its deadline', async () => {
    let told: AbortSignal | undefined
    const finder = {
      find: (_: unknown, signal: AbortSignal) => {
        told = signal
        return new Promise<Key>(() => undefined)
      },
      version: () => 0,
    }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const answer = verdict(verifyBy(finder), forge())
      await vi.advanceTimersByTimeAsync(4999)
      expect(told?.aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(await answer).toBe('KEYS_UNAVAILABLE')
      expect(told?.aborted).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
  test('two pending key lookups never share a signal', async () => {
    const signals: AbortSignal[] = []
    const finder = {
      find: (_: unknown, signal: AbortSignal) => {
        signals.push(signal)
        return Promise.resolve(key)
      },
      version: () => 0,
    }
    const verify = verifyBy(finder)
    await Promise.all([verify(forge()), verify(forge())])
    expect(new Set(signals).size).toBe(2)
  })
})

test('two verifiers with the same options share nothing', async () => {
  const other = hmacKey(randomBytes(32), 'HS256')
  const one = createVerifier(base)
  const two = createVerifier({ ...base, keys: other })
  const token = forge({ payload: goodClaims })
  expect(await verdict(one, token)).toBe('accepted')
  expect(await verdict(two, token)).toBe('SIGNATURE_INVALID')
})
