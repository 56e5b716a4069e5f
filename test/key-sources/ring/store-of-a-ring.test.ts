import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { KeyRingStore, StoredRing } from '../../../src/key-sources/ports.js'
import { seal, unseal } from '../../../src/key-sources/ring/seal.js'
import { memoryKeys } from '../../../src/stores/memory/keys.js'
import { encryptionKey, makeRing, signAt, startRing, verifierAt } from './setup.js'

interface RingText {
  readonly keys: readonly { readonly kid: string; readonly origin?: string }[]
}

describe('the store of a ring', () => {
  /** A memory store whose answers can be changed. */
  const spy = () => {
    const store = memoryKeys()
    const state = { down: false, answer: undefined as StoredRing | undefined, reads: 0 }
    const facade: KeyRingStore = {
      read: () => {
        state.reads++
        if (state.down) return Promise.reject(new Error('secret-host:5432 refused'))
        return state.answer ? Promise.resolve(state.answer) : store.read()
      },
      write: (next) => store.write(next),
    }
    return { store, state, facade }
  }

  test('the store contains no key in clear text', async () => {
    const store = memoryKeys()
    const { ring } = await startRing({ store })
    const { sealed = '' } = (await store.read()) ?? {}
    const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    for (const part of [sealed, ...parts]) {
      expect(part).not.toContain('"d"')
      expect(part).not.toContain(ring.signingKey().kid)
    }
  })

  test('the store contains private keys only until they are retired by every clock, six minutes later', async () => {
    const store = memoryKeys()
    const { ring, clock } = await startRing({ store })
    const wholeKeys = async () => {
      await ring.refresh()
      const { sealed = '', revision = 0 } = (await store.read()) ?? {}
      const { keys } = JSON.parse(unseal(sealed, revision, [encryptionKey])) as {
        keys: { privateJwk?: object }[]
      }
      return keys.map(({ privateJwk }) => privateJwk !== undefined)
    }
    clock.add(100 + 359)
    expect(await wholeKeys()).toEqual([true, true, true])
    clock.add(1)
    expect(await wholeKeys()).toEqual([false, true, true])
  })

  test('a stored ring cannot be opened with another encryption key, and the message says so', async () => {
    const store = memoryKeys()
    await startRing({ store })
    const { ring, events } = makeRing({ store, encryptionKey: randomBytes(32) })
    await expect(ring.start()).rejects.toMatchObject({
      name: 'ConfigError',
      option: 'encryptionKey',
    })
    await expect(ring.start()).rejects.toThrow(/is not the key that the stored key ring was/)
    expect(events[0]).toMatchObject({ type: 'failed' })
    expect(ring.status().problem).toMatch(/^encryptionKey: /)
  })

  test('a ring accepts a new encryption key next to the old one', async () => {
    const store = memoryKeys()
    const { ring, clock } = await startRing({ store })
    const fresh = randomBytes(32)
    const { ring: moved } = await startRing({
      store,
      now: clock,
      encryptionKey: [fresh, encryptionKey],
    })
    expect(moved.signingKey().kid).toBe(ring.signingKey().kid)
    clock.add(20)
    await moved.rotate()
    const { ring: last } = await startRing({ store, now: clock, encryptionKey: fresh })
    expect(last.list()).toEqual(moved.list())
  })

  test.each([
    ['a changed byte', ({ revision, sealed }: StoredRing) => ({ revision, sealed: flip(sealed) })],
    [
      'another revision',
      ({ revision, sealed }: StoredRing) => ({ revision: revision + 1, sealed }),
    ],
    ['a shorter text', ({ revision }: StoredRing) => ({ revision, sealed: 'v1.AAAA.AAAA' })],
    ['no text', ({ revision }: StoredRing) => ({ revision, sealed: '' })],
  ])('a store that returns %s is not trusted', async (_, change) => {
    const { facade, state, store } = spy()
    const { clock } = await startRing({ store })
    const stored = await store.read()
    if (stored) state.answer = change(stored)
    await expect(makeRing({ store: facade, now: clock }).ring.start()).rejects.toMatchObject({
      name: 'ConfigError',
      option: 'encryptionKey',
    })
  })

  /** A store whose ring has been changed as a later release would: its text before it is sealed. */
  const rewritten = async (change: (ring: RingText) => object) => {
    const store = memoryKeys()
    const { clock, ring } = await startRing({ store })
    const { revision = 0, sealed = '' } = (await store.read()) ?? {}
    const text = JSON.parse(unseal(sealed, revision, [encryptionKey])) as RingText // written by writeRing
    const next = revision + 1
    const kept = seal(JSON.stringify(change(text)), next, [encryptionKey])
    await store.write({ revision: next, sealed: kept })
    return { store, clock, ring }
  }

  test('every change keeps the members that a later release added to a ring and its keys', async () => {
    const { store, clock, ring } = await rewritten(({ keys }) => ({
      keys: keys.map((key) => ({ ...key, origin: 'hsm-1' })),
      policy: { next: 'ES256' },
    }))
    await ring.refresh()
    clock.add(20)
    await ring.rotate()
    clock.add(5)
    await ring.refresh()
    const [retired] = ring.list()
    expect(retired?.state).toBe('retired')
    const readText = async () => {
      const { revision = 0, sealed = '' } = (await store.read()) ?? {}
      return JSON.parse(unseal(sealed, revision, [encryptionKey])) as RingText
    }
    const added = ({ keys, ...rest }: RingText) => ({
      ...rest,
      origins: keys.map(({ kid, origin }) => [kid, origin]),
    })
    expect(added(await readText())).toMatchObject({ policy: { next: 'ES256' } })
    expect(added(await readText()).origins).toContainEqual([retired?.kid, 'hsm-1'])
    await ring.revoke(ring.signingKey().kid)
    expect(added(await readText())).toMatchObject({ policy: { next: 'ES256' } })
    expect(added(await readText()).origins).toContainEqual([retired?.kid, 'hsm-1'])
  })

  test.each([
    ['a key of an algorithm not known here', ({ keys }: RingText) => ({ keys: [...keys, {}] })],
    ['no list of keys', ({ keys }: RingText) => ({ byName: keys })],
  ])(
    'a start refuses a store that returns %s, and says which release to start',
    async (...[, change]) => {
      const { store, clock, ring } = await rewritten(change)
      const other = makeRing({ store, now: clock }).ring
      await expect(other.start()).rejects.toMatchObject({ option: 'createKeyRing.store' })
      await expect(other.start()).rejects.toThrow(/this release cannot read: start the release/)
      // A process that runs goes on for as long as it may, and says why it will not for ever.
      await expect(ring.refresh()).rejects.toMatchObject({ name: 'ConfigError' })
      expect(ring.status()).toMatchObject({ ready: true })
      expect(ring.status().problem).toMatch(/this release cannot read/)
    },
  )

  test('a ring sealed in another format is refused, naming both formats', async () => {
    const { facade, state, store } = spy()
    const { clock } = await startRing({ store })
    const { revision = 0, sealed = '' } = (await store.read()) ?? {}
    state.answer = { revision, sealed: `v2${sealed.slice(2)}` }
    const starting = makeRing({ store: facade, now: clock }).ring.start()
    await expect(starting).rejects.toMatchObject({ option: 'createKeyRing.store' })
    await expect(starting).rejects.toThrow(/sealed in format v2, and this release reads v1/)
  })

  test('a store that returns to an old state does not bring back a revoked key', async () => {
    const { facade, state } = spy()
    const { ring, clock } = await startRing({ store: facade })
    const old = await facade.read()
    const token = await signAt(ring.signingKey(), clock)
    await ring.revoke(ring.signingKey().kid)
    state.answer = old
    await expect(ring.refresh()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(ring.status().problem).toMatch(/lost writes/)
    await expect(verifierAt(ring, clock)(token)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })

  test('a ring tolerates a store that is unavailable for maxStaleness and no longer', async () => {
    const { facade, state } = spy()
    const { ring, clock, events } = await startRing({ store: facade })
    const verify = verifierAt(ring, clock)
    const token = await signAt(ring.signingKey(), clock)
    await verify(token)
    state.down = true
    clock.add(30)
    await expect(ring.refresh()).rejects.toThrow()
    expect(events.at(-1)).toEqual({ type: 'failed', message: 'the key ring could not be read' })
    await expect(verify(token)).resolves.toBeDefined()
    expect(ring.status()).toMatchObject({ ready: true, staleness: 30 })
    clock.add(1)
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503 })
    expect(() => ring.signingKey()).toThrow(expect.objectContaining({ code: 'KEYS_UNAVAILABLE' }))
    state.down = false
    await ring.refresh()
    await expect(verify(token)).resolves.toBeDefined()
  })

  test('unknown kids cause at most one read of the store per second', async () => {
    const { facade, state } = spy()
    const { ring, clock } = await startRing({ store: facade })
    const before = state.reads
    const { signal } = new AbortController()
    for (let i = 0; i < 50; i++) {
      const header = { alg: 'ES256', kid: `unknown-${String(i)}` } as const
      expect(await ring.find(header, signal)).toBeUndefined()
    }
    expect(state.reads - before).toBe(1)
    clock.add(1)
    await ring.find({ alg: 'ES256', kid: 'x' }, signal)
    expect(state.reads - before).toBe(2)
  })
})

/** Changes the last character of the text's body to another one of the alphabet. */
function flip(text: string): string {
  const middle = text.length - 40
  const other = text[middle] === 'A' ? 'B' : 'A'
  return `${text.slice(0, middle)}${other}${text.slice(middle + 1)}`
}
