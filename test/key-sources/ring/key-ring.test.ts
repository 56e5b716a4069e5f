import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { thumbprint } from '../../../src/key/index.js'
import { memoryKeys } from '../../../src/stores/memory/keys.js'
import { encryptionKey, makeRing, signAt, startRing, statesOf, verifierAt } from './setup.js'

interface PublicSet {
  keys: Record<string, string>[]
}
const read = (body: string) => JSON.parse(body) as PublicSet

describe('a new ring', () => {
  test('a new ring has an active key and its successor, both published and named by their thumbprints', async () => {
    const { ring } = await startRing()
    expect(statesOf(ring)).toEqual(['active', 'pre-published'])
    const { keys } = read(ring.publishedSet().body)
    expect(keys.map(({ kid }) => kid).sort()).toEqual(
      ring
        .list()
        .map(({ kid }) => kid)
        .sort(),
    )
    for (const jwk of keys) {
      expect(jwk['kid']).toBe(thumbprint(jwk))
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    }
    expect(ring.publishedSet().headers['cache-control']).toBe('public, max-age=8')
  })

  test.each(['RS256', 'PS256', 'ES384', 'ES256K', 'EdDSA', 'Ed448'] as const)(
    'a ring can have keys for %s',
    async (algorithm) => {
      const { ring } = await startRing({ algorithm })
      expect(ring.signingKey()).toMatchObject({ alg: algorithm, kind: 'private' })
    },
  )

  test('all processes that start at the same time get the same ring', async () => {
    const store = memoryKeys()
    const { ring: first, clock } = makeRing({ store })
    const others = Array.from({ length: 7 }, () => makeRing({ store, now: clock }).ring)
    await Promise.all([first, ...others].map((ring) => ring.start()))
    for (const ring of others) expect(ring.list()).toEqual(first.list())
    for (const ring of others) expect(ring.signingKey().kid).toBe(first.signingKey().kid)
  })

  test('a ring does not sign or verify before it has started', () => {
    const { ring } = makeRing()
    expect(() => ring.signingKey()).toThrow(expect.objectContaining({ code: 'KEYS_UNAVAILABLE' }))
    expect(() => ring.publishedSet()).toThrow(expect.objectContaining({ code: 'KEYS_UNAVAILABLE' }))
    expect(ring.status()).toEqual({ ready: false, revision: 0, staleness: undefined })
  })
})

describe('a ring on its schedule', () => {
  test('a ring activates, retires and removes its keys, and tokens stay valid for their whole lifetime', async () => {
    const { ring, clock } = await startRing()
    const verify = verifierAt(ring, clock)
    const first = ring.signingKey().kid
    clock.add(99)
    await ring.refresh()
    const token = await signAt(ring.signingKey(), clock)
    expect(ring.signingKey().kid).toBe(first)
    clock.add(1)
    expect(ring.signingKey().kid).not.toBe(first)
    await ring.refresh()
    expect(statesOf(ring)).toEqual(['retired', 'active', 'pre-published'])
    clock.add(58)
    await ring.refresh()
    await expect(verify(token)).resolves.toBeDefined()
    expect(ring.publishedSet().body).toContain(first)
    const version = ring.version()
    clock.add(20)
    await ring.refresh()
    clock.add(20)
    expect(ring.version()).not.toBe(version)
    expect(ring.publishedSet().body).not.toContain(first)
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
    await ring.refresh()
    expect(ring.list().map(({ kid }) => kid)).not.toContain(first)
  })

  test('every key is published for at least the lead time before it signs', async () => {
    const { ring, clock } = await startRing()
    for (let i = 0; i < 5; i++) {
      clock.add(100)
      await ring.refresh()
    }
    const [, ...later] = ring.list()
    for (const { createdAt, activeFrom } of later)
      expect((activeFrom ?? Infinity) - createdAt).toBeGreaterThanOrEqual(10)
  })

  test('a ring recovers after a long sleep', async () => {
    const store = memoryKeys()
    const { clock } = await startRing({ store })
    clock.add(100_000)
    const { ring } = await startRing({ store, now: clock })
    expect(statesOf(ring)).toEqual(['active', 'pre-published'])
    const kid = ring.signingKey().kid
    clock.add(9)
    expect(ring.signingKey().kid).toBe(kid)
  })
})

describe('rotate', () => {
  test('rotate lets the next key sign once every process knows of it', async () => {
    const { ring, clock } = await startRing({ rotateEvery: null })
    const before = ring.signingKey().kid
    const [, next] = ring.list()
    clock.add(20)
    await ring.refresh()
    const info = await ring.rotate()
    expect(info).toMatchObject({ kid: next?.kid, state: 'pre-published', activeFrom: clock() + 2 })
    clock.add(1)
    expect(ring.signingKey().kid).toBe(before)
    clock.add(1)
    expect(ring.signingKey().kid).toBe(next?.kid)
  })

  test('rotate waits until the next key has been published for long enough', async () => {
    const { ring, clock } = await startRing()
    expect(await ring.rotate()).toMatchObject({ activeFrom: clock() + 10 })
  })

  test('ten processes that call rotate at once cause one rotation', async () => {
    const store = memoryKeys()
    const { ring, clock } = await startRing({ store })
    const others = await Promise.all(
      Array.from({ length: 9 }, async () => (await startRing({ store, now: clock })).ring),
    )
    clock.add(20)
    const answers = await Promise.all([ring, ...others].map((each) => each.rotate()))
    expect(new Set(answers.map(({ kid }) => kid)).size).toBe(1)
    clock.add(2)
    const kids = [ring, ...others].map((each) => each.signingKey().kid)
    expect(new Set(kids).size).toBe(1)
    expect(kids[0]).toBe(answers[0]?.kid)
  })

  test('rotate during a rotation adds a second key', async () => {
    const { ring, clock } = await startRing()
    clock.add(20)
    const first = await ring.rotate()
    expect(await ring.rotate()).toEqual(first)
    clock.add(2)
    const second = await ring.rotate()
    expect(second.kid).not.toBe(first.kid)
    expect(second.activeFrom).toBe(clock() + 10)
  })
})

describe('revoke', () => {
  test('revoking the active key invalidates its tokens at once, and the next key signs', async () => {
    const { ring, clock } = await startRing()
    const verify = verifierAt(ring, clock)
    const { kid } = ring.signingKey()
    const token = await signAt(ring.signingKey(), clock)
    await verify(token)
    const version = ring.version()
    expect(await ring.revoke(kid)).toBe(true)
    expect(ring.version()).not.toBe(version)
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
    expect(ring.publishedSet().body).not.toContain(kid)
    expect(ring.signingKey().kid).not.toBe(kid)
    expect(statesOf(ring)).toEqual(['active', 'pre-published'])
    expect(await ring.revoke(kid)).toBe(false)
  })

  test('a revoked key reaches another process at its next poll', async () => {
    const store = memoryKeys()
    const { ring, clock } = await startRing({ store })
    const { ring: other } = await startRing({ store, now: clock })
    const token = await signAt(ring.signingKey(), clock)
    await ring.revoke(ring.signingKey().kid)
    await expect(verifierAt(other, clock)(token)).resolves.toBeDefined()
    await other.refresh()
    await expect(verifierAt(other, clock)(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  })

  test('revoking the successor creates another one, and the active key keeps signing', async () => {
    const { ring } = await startRing()
    const [active, next] = ring.list()
    await ring.revoke(next?.kid ?? '')
    expect(statesOf(ring)).toEqual(['active', 'pre-published'])
    expect(ring.list()[0]?.kid).toBe(active?.kid)
    expect(ring.list()[1]?.kid).not.toBe(next?.kid)
  })

  test('a ring still signs after every key was revoked', async () => {
    const { ring } = await startRing()
    for (const { kid } of ring.list()) await ring.revoke(kid)
    expect(statesOf(ring)).toEqual(['active', 'pre-published'])
    expect(ring.signingKey()).toBeDefined()
  })
})

describe('options of createKeyRing', () => {
  test.each([
    [{ store: undefined }, 'store'],
    [{ algorithm: 'HS256' }, 'algorithm'],
    [{ algorithm: 'none' }, 'algorithm'],
    [{ encryptionKey: undefined }, 'encryptionKey'],
    [{ encryptionKey: [] }, 'encryptionKey'],
    [{ encryptionKey: randomBytes(31) }, 'encryptionKey'],
    [{ encryptionKey: Buffer.alloc(32) }, 'encryptionKey'],
    [{ encryptionKey: 'secret' }, 'encryptionKey'],
    [{ tokenLife: undefined }, 'tokenLife'],
    [{ overlap: 97 }, 'overlap'],
    [{ rotateEvery: 10 }, 'rotateEvery'],
    [{ pollEveryMs: 0 }, 'pollEveryMs'],
    [{ encryptionkey: encryptionKey }, 'encryptionkey'],
  ])('wrong options (%#) are refused, naming the option', (options, name) => {
    expect(() => makeRing(options as never)).toThrow(
      expect.objectContaining({ name: 'ConfigError', option: `createKeyRing.${name}` }),
    )
  })
})
