import { describe, expect, test } from 'vitest'
import type { KeyRingStore } from '../../../src/key-sources/ports.js'
import type { KeyRing } from '../../../src/key-sources/key-ring.js'
import { unseal } from '../../../src/key-sources/ring/seal.js'
import { memoryKeys } from '../../../src/stores/memory/keys.js'
import { createClock, type Clock } from '../remote/setup.js'
import { encryptionKey, signAt, startRing, statesOf, verifierAt } from './setup.js'

const day = 86_400

/** Real time, and the clock of one process, which is wrong by `ahead` seconds. */
interface WrongClock {
  readonly real: Clock
  readonly now: () => number
  ahead: number
}

/** A process over a store, whose clock may be wrong. */
async function startAt(store: KeyRingStore, real: Clock, ahead = 0) {
  const clock: WrongClock = { real, ahead, now: () => real() + clock.ahead }
  const { ring } = await startRing({ store, now: clock.now, monotonic: real })
  return { ring, clock }
}

/** Lets real time pass, in polls of all processes. */
async function pass(real: Clock, seconds: number, rings: readonly KeyRing[]): Promise<void> {
  for (let left = seconds; left > 0; left -= 20) {
    real.add(Math.min(20, left))
    for (const ring of rings) await ring.refresh()
  }
}

/** The `kid` of each stored key, and whether its private half is there. */
async function stored(store: KeyRingStore): Promise<Record<string, boolean>> {
  const { sealed = '', revision = 0 } = (await store.read()) ?? {}
  const { keys } = JSON.parse(unseal(sealed, revision, [encryptionKey])) as {
    keys: { kid: string; privateJwk?: object }[]
  }
  return Object.fromEntries(keys.map(({ kid, privateJwk }) => [kid, privateJwk !== undefined]))
}

describe('a process whose clock is ahead', () => {
  test('a process 45 s ahead leaves the retiring key to the process that still signs with it', async () => {
    const [store, real] = [memoryKeys(), createClock()]
    const { ring: right } = await startAt(store, real)
    const { ring: fast } = await startAt(store, real, 45)
    await pass(real, 1000, [right, fast])
    for (let second = 0; second < 200; second++) {
      real.add(1)
      await fast.refresh()
      await right.refresh()
      const token = await signAt(right.signingKey(), real)
      await expect(verifierAt(fast, real)(token)).resolves.toBeDefined()
    }
  })

  test('forty days ahead for a moment take no key away, and no token of before', async () => {
    const [store, real] = [memoryKeys(), createClock()]
    const { ring, clock } = await startAt(store, real)
    const token = await signAt(ring.signingKey(), real)
    const before = Object.keys(await stored(store))
    clock.ahead = 40 * day
    await pass(real, 12, [ring])
    clock.ahead = 0
    await pass(real, 5, [ring])
    expect(await stored(store)).toMatchObject(Object.fromEntries(before.map((kid) => [kid, true])))
    expect(ring.signingKey().kid).toBe(before[0])
    await expect(verifierAt(ring, real)(token)).resolves.toBeDefined()
  })

  test('a clock ahead by 400 periods does not put the next rotation off', async () => {
    const [store, real] = [memoryKeys(), createClock()]
    const { ring, clock } = await startAt(store, real)
    clock.ahead = 400 * 100
    await pass(real, 12, [ring])
    clock.ahead = 0
    const kids = new Set<string>()
    for (let turn = 0; turn < 50; turn++) {
      await pass(real, 10, [ring])
      kids.add(ring.signingKey().kid)
    }
    expect(kids.size).toBeGreaterThanOrEqual(4)
  })

  test('a rotation after a moment 45 days ahead lets the next key sign no longer than any other', async () => {
    const real = createClock()
    const clock = { ahead: 0 }
    const now = Object.assign(() => real() + clock.ahead, real)
    const { ring } = await startRing({ now, monotonic: real, rotateEvery: '40d' })
    clock.ahead = 45 * day
    await pass(real, 12, [ring])
    clock.ahead = 0
    await ring.rotate()
    await pass(real, 20, [ring])
    const second = ring.signingKey().kid
    real.add(40 * day)
    await ring.refresh()
    expect(ring.signingKey().kid).not.toBe(second)
  })

  test('a first start forty days ahead leaves a ring that signs and rotates once the clock is right', async () => {
    const [store, real] = [memoryKeys(), createClock()]
    const { ring, clock } = await startAt(store, real, 40 * day)
    await pass(real, 12, [ring])
    clock.ahead = 0
    await ring.refresh()
    expect(statesOf(ring)).toEqual(['active', 'pre-published'])
    const first = ring.signingKey().kid
    await ring.rotate()
    real.add(10)
    expect(ring.signingKey().kid).not.toBe(first)
  })

  test('a process ahead revokes the active key, and the next key signs everywhere', async () => {
    const [store, real] = [memoryKeys(), createClock()]
    const { ring: right } = await startAt(store, real)
    const { ring: fast } = await startAt(store, real, 45)
    const [active, next] = right.list()
    await fast.revoke(active?.kid ?? '')
    await right.refresh()
    expect(right.signingKey().kid).toBe(next?.kid)
    await pass(real, 60, [right, fast])
    expect(statesOf(right).filter((state) => state === 'active')).toHaveLength(1)
  })
})

describe('the clock of the store', () => {
  /** A ring over a store with a clock, in a process that has been a year ahead from its start. */
  const startYearAhead = async (clock: () => Promise<number>) => {
    const [inner, real] = [memoryKeys(), createClock()]
    const { ring: right } = await startAt(inner, real)
    const kids = Object.keys(await stored(inner))
    const store = { ...inner, clock }
    const { ring } = await startAt(store, real, 365 * day)
    await pass(real, 1000, [ring])
    return { store, real, kids, right }
  }

  test('a process ahead from its start removes nothing that the clock of the store has not passed', async () => {
    const start = createClock()()
    const { store, kids } = await startYearAhead(() => Promise.resolve(start))
    expect(await stored(store)).toMatchObject(Object.fromEntries(kids.map((kid) => [kid, true])))
  })

  test('a process whose store does not tell its time removes nothing, and goes on', async () => {
    const { store, kids } = await startYearAhead(() => Promise.reject(new Error('no answer')))
    expect(await stored(store)).toMatchObject(Object.fromEntries(kids.map((kid) => [kid, true])))
  })

  test('a process whose store agrees with it removes what has expired', async () => {
    const start = createClock()()
    const { store, kids } = await startYearAhead(() => Promise.resolve(start + 365 * day))
    expect(Object.keys(await stored(store))).not.toContain(kids[0])
  })
})
