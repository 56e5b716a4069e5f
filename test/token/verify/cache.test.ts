import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Key } from '../../../src/key/index.js'
import {
  type CommonOptions,
  createSigner,
  createVerifier,
  signCompact,
} from '../../../src/token/index.js'
import { VerifiedCache } from '../../../src/token/memory/verified-cache.js'
import { pairFor } from '../../key/pairs.js'
import { audience, forge, issuer, key, now, verdict, verifierWith, withClaims } from './forge.js'

const { signing, verifying } = pairFor('EdDSA')
const cache = { entries: 64, bytes: 1_000_000 }

/** A verifier over a source that counts how often it is asked, and whose keys can change. */
function counting(options: CommonOptions<unknown> & { alg?: 'EdDSA' | 'HS256' } = {}) {
  const { alg = 'EdDSA', ...rest } = options
  const state = {
    asked: 0,
    version: 0,
    time: now,
    key: alg === 'EdDSA' ? verifying : (key as Key | undefined),
  }
  const keys = {
    find: () => {
      state.asked++
      return state.key
    },
    version: () => state.version,
  }
  const verify = createVerifier({
    keys,
    algorithms: [alg],
    issuer,
    audience,
    now: () => state.time,
    ...rest,
  })
  return { verify, state }
}

function sign(claims: Record<string, unknown> = {}): Promise<string> {
  const signer = createSigner({
    ...{ key: signing, issuer, audience, expiresIn: 600, now: () => now },
    replaceable: ['aud', 'iat', 'exp'],
  })
  return signer({ sub: 'u1', ...claims })
}

describe('a token that has been verified', () => {
  test('a cached token is the same VerifiedToken again, without a key lookup or signature check', async () => {
    const { verify, state } = counting()
    const token = await sign()
    const first = await verify(token)
    expect(await verify(token)).toBe(first)
    expect(await verify(Buffer.from(token).toString())).toBe(first)
    expect(state.asked).toBe(1)
  })
  test('a cached token with exp and without iat is refused once it has expired', async () => {
    const { verify, state } = counting()
    const token = await signCompact(
      Buffer.from(JSON.stringify({ iss: issuer, aud: audience, sub: 'u1', exp: now + 10 })),
      signing,
    )
    expect(await verdict(verify, token)).toBe('accepted')
    state.time = now + 69
    expect(await verdict(verify, token)).toBe('accepted')
    state.time = now + 70
    expect(await verdict(verify, token)).toBe('TOKEN_EXPIRED')
    expect(state.asked).toBe(1)
  })
  test('a cached token is refused when it is too old or not yet valid by the clock', async () => {
    const { verify, state } = counting({ maxTokenAge: 100, clockTolerance: 0 })
    const token = await sign({ nbf: now - 5 })
    expect(await verdict(verify, token)).toBe('accepted')
    state.time = now + 99
    expect(await verdict(verify, token)).toBe('accepted')
    state.time = now + 100
    expect(await verdict(verify, token)).toBe('TOKEN_TOO_OLD')
    state.time = now - 6
    expect(await verdict(verify, token)).toBe('TOKEN_NOT_YET_VALID')
  })
  test('a cached token is verified again when the keys have changed', async () => {
    const { verify, state } = counting()
    const token = await sign()
    await verify(token)
    state.version++
    expect(await verdict(verify, token)).toBe('accepted')
    expect(state.asked).toBe(2)
    state.version++
    state.key = undefined
    expect(await verdict(verify, token)).toBe('KEY_UNKNOWN')
  })
  test('a cached token is verified again when the keys changed during its verification', async () => {
    const state = { version: 0, asked: 0 }
    const keys = {
      find: async () => {
        state.asked++
        await Promise.resolve()
        state.version = 1
        return verifying
      },
      version: () => state.version,
    }
    const verify = createVerifier({ keys, algorithms: ['EdDSA'], issuer, audience, now: () => now })
    const token = await sign()
    await verify(token)
    await verify(token)
    expect(state.asked).toBe(2)
  })
  test('a cached token cannot be changed by the first caller that received it', async () => {
    const { verify } = counting()
    const token = await sign({ roles: ['user'] })
    const first = await verify(token)
    expect(() => (first.payload['roles'] as string[]).push('admin')).toThrow(TypeError)
    expect((await verify(token)).payload['roles']).toEqual(['user'])
  })
})

describe('what is kept', () => {
  test('the cache keeps HMAC tokens only when cache is set', async () => {
    const token = forge()
    for (const [options, asked] of [
      [{}, 2],
      [{ cache }, 1],
      [{ cache: false as const }, 2],
    ] as const) {
      const { verify, state } = counting({ alg: 'HS256', ...options })
      await verify(token)
      await verify(token)
      expect(state.asked).toBe(asked)
    }
  })
  test('nothing is kept with cache: false', async () => {
    const { verify, state } = counting({ cache: false })
    const token = await sign()
    await verify(token)
    await verify(token)
    expect(state.asked).toBe(2)
  })
  test('nothing is kept when the keys are a function, which has no version', async () => {
    let asked = 0
    const keys = () => {
      asked++
      return verifying
    }
    const verify = createVerifier({
      keys,
      algorithms: ['EdDSA'],
      issuer,
      audience,
      now: () => now,
      cache,
    })
    const token = await sign()
    await verify(token)
    await verify(token)
    expect(asked).toBe(2)
  })
  test('failures are not kept: a token that was too early is accepted later', async () => {
    const { verify, state } = counting({ cache })
    const token = await sign({ nbf: now + 100 })
    expect(await verdict(verify, token)).toBe('TOKEN_NOT_YET_VALID')
    state.time = now + 100
    expect(await verdict(verify, token)).toBe('accepted')
  })
  test('a token that differs from a cached one in any character is verified again', async () => {
    const { verify } = counting({ cache })
    const token = await sign()
    await verify(token)
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      expect(await verdict(verify, token.slice(0, at) + other + token.slice(at + 1))).not.toBe(
        'accepted',
      )
    }
  })
  test('verifiers with different policies never share cached tokens', async () => {
    const token = withClaims({ sub: 'u1' })
    const here = verifierWith({ cache })
    const there = createVerifier({
      keys: key,
      algorithms: ['HS256'],
      issuer,
      audience: 'other',
      cache,
      now: () => now,
    })
    expect(await verdict(here, token)).toBe('accepted')
    expect(await verdict(there, token)).toBe('AUDIENCE_MISMATCH')
  })
})

test('a verifier with a cache and one without agree, in any order of tokens, times and keys', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      sign({ sub: `u${String(i)}`, exp: now + i * 50, nbf: now + i * 10 }),
    ),
  )
  const bad = tokens.map((token) => `${token.slice(0, -6)}AAAAAA`)
  const step = fc.record({
    token: fc.constantFrom(...tokens, ...tokens, ...bad),
    time: fc.integer({ min: -200, max: 700 }),
    change: fc.constantFrom('none', 'none', 'none', 'none', 'version', 'gone', 'back'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const cached = counting({ cache: { entries: 8, bytes: 8000 } })
      const plain = counting({ cache: false })
      for (const { token, time, change } of steps) {
        for (const { state } of [cached, plain]) {
          state.time = now + time
          if (change !== 'none') state.version++
          if (change === 'gone') state.key = undefined
          if (change === 'back') state.key = verifying
        }
        expect(await verdict(cached.verify, token)).toBe(await verdict(plain.verify, token))
      }
    }),
    { numRuns: 60 },
  )
})

describe('the bounds hold', () => {
  const random = (length: number) => {
    let text = ''
    while (text.length < length) text += Math.random().toString(36).slice(2)
    return text.slice(0, length)
  }
  test('the cache never finds more of 10,000 tokens than its limit of entries', () => {
    const store = new VerifiedCache<number>({ entries: 128, bytes: 10_000_000 })
    const tokens = Array.from({ length: 10_000 }, () => random(100))
    for (const [i, token] of tokens.entries()) store.store(token, i)
    const found = tokens.filter((token) => store.find(token) !== undefined)
    expect(found.length).toBeLessThanOrEqual(128)
    expect(found.length).toBeGreaterThan(100)
    for (const token of found) expect(store.find(token)).toBe(tokens.indexOf(token))
  })
  test('long tokens evict as many entries as they need bytes', () => {
    const store = new VerifiedCache<number>({ entries: 1024, bytes: 100_000 })
    for (let i = 0; i < 5000; i++) {
      store.store(random(50 + ((i * 37) % 4000)), i)
      expect(store.bytes).toBeLessThanOrEqual(100_000)
    }
    expect(store.bytes).toBeGreaterThan(50_000)
  })
  test('a token larger than the whole cache is not kept', () => {
    const store = new VerifiedCache<number>({ entries: 4, bytes: 1000 })
    store.store(random(8000), 1)
    expect(store.bytes).toBe(0)
  })
  test('the same token stored twice is kept once', () => {
    const store = new VerifiedCache<number>({ entries: 16, bytes: 10_000 })
    const token = random(100)
    store.store(token, 1)
    const { bytes } = store
    store.store(token, 2)
    expect(store.bytes).toBe(bytes)
    expect(store.find(token)).toBe(2)
  })
  test('tokens with the same tag and slot are told apart by their text', () => {
    const store = new VerifiedCache<string>({ entries: 64, bytes: 100_000 })
    const end = random(20)
    for (const start of ['a', 'b', 'c']) store.store(`${start}${end}`, start)
    for (const start of ['a', 'b', 'c']) expect(store.find(`${start}${end}`)).toBe(start)
    expect(store.find(`d${end}`)).toBeUndefined()
    expect(store.find(end)).toBeUndefined()
  })
  test('a cleared cache holds nothing', () => {
    const store = new VerifiedCache<number>({ entries: 16, bytes: 10_000 })
    const token = random(100)
    store.store(token, 1)
    store.clear()
    expect(store.find(token)).toBeUndefined()
    expect(store.bytes).toBe(0)
    store.store(token, 2)
    expect(store.find(token)).toBe(2)
  })
})
