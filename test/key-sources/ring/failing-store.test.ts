import { describe, expect, test } from 'vitest'
import { AuthError } from '../../../src/foundation/errors.js'
import type { KeyRingStore } from '../../../src/key-sources/ports.js'
import { memoryKeys } from '../../../src/stores/memory/keys.js'
import { ecKey } from '../remote/setup.js'
import { makeRing, signAt, startRing, statesOf, verifierAt } from './setup.js'

describe('a ring whose store can be read and not written', () => {
  const refused = () =>
    Promise.reject(new AuthError('STORE_UNAVAILABLE', {}, { cause: new Error('read-only') }))

  /** A ring that has started, and whose store takes no change from then on. */
  const readOnly = async (write: KeyRingStore['write'] = refused) => {
    const store = memoryKeys()
    let writable = true
    const { ring, clock, events } = await startRing({
      store: {
        read: () => store.read(),
        write: (state) => (writable ? store.write(state) : write(state)),
      },
    })
    writable = false
    return { ring, clock, events, mend: () => (writable = true) }
  }

  test('a ring that can be read but not written signs and verifies beyond maxStaleness, and reports the problem', async () => {
    const { ring, clock, events, mend } = await readOnly()
    const verify = verifierAt(ring, clock)
    clock.add(101) // the next key signs now, and another one should have been made
    for (let looks = 0; looks < 90; looks++) {
      clock.add(1)
      await ring.refresh()
    }
    await expect(verify(await signAt(ring.signingKey(), clock))).resolves.toBeDefined()
    expect(ring.publishedSet().body).toContain(ring.signingKey().kid)
    expect(ring.status()).toMatchObject({ ready: true, staleness: 0 })
    expect(ring.status().problem).toMatch(/could be read, but not changed/)
    expect(events).toContainEqual({ type: 'failed', message: ring.status().problem })
    mend()
    await ring.refresh()
    expect(ring.status().problem).toBeUndefined()
    expect(statesOf(ring)).toEqual(['retired', 'active', 'pre-published'])
  })

  test('a ring that can be read but not written refuses an unknown kid instead of answering 503', async () => {
    const { ring, clock } = await readOnly()
    clock.add(20)
    await ring.refresh()
    clock.add(10)
    const stranger = await signAt(ecKey(), clock)
    await expect(verifierAt(ring, clock)(stranger)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  })

  test('a ring that cannot be written rejects changes', async () => {
    const { ring } = await readOnly()
    await expect(ring.rotate()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(ring.revoke(ring.signingKey().kid)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    expect(ring.status().ready).toBe(true)
  })

  test.each([
    ['refuses writes', refused],
    ['is always changed by another process', () => Promise.resolve(false)],
  ])(
    'a ring whose store %s for too long stops signing, but verifies its tokens',
    async (...[, write]) => {
      const { ring, clock } = await readOnly(write)
      const verify = verifierAt(ring, clock)
      clock.add(100 + 199)
      await ring.refresh()
      const last = await signAt(ring.signingKey(), clock)
      clock.add(2)
      await expect(ring.refresh()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(reasonOf(() => ring.signingKey())).toMatch(/has expired: none of its keys may sign/)
      expect(ring.status()).toMatchObject({ ready: false, staleness: 0 })
      await expect(verify(last)).resolves.toBeDefined()
      expect(ring.publishedSet().body).toContain('"keys"')
    },
  )

  test('a ring that cannot be written does not start without a first key, or when it has expired', async () => {
    const empty = makeRing({ store: { read: () => Promise.resolve(undefined), write: refused } })
    await expect(empty.ring.start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(reasonOf(() => empty.ring.signingKey())).toMatch(/none of its keys may sign/)
    const store = memoryKeys()
    const { clock } = await startRing({ store })
    clock.add(100 + 201)
    const late = makeRing({ store: { read: () => store.read(), write: refused }, now: clock })
    await expect(late.ring.start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(reasonOf(() => late.ring.signingKey())).toMatch(/has expired/)
  })
})

test('a ring that cannot be read for longer than maxStaleness says so', async () => {
  const store = memoryKeys()
  let readable = true
  const { ring, clock } = await startRing({
    store: {
      read: () => (readable ? store.read() : Promise.reject(new AuthError('STORE_UNAVAILABLE'))),
      write: (state) => store.write(state),
    },
  })
  readable = false
  clock.add(31)
  await expect(ring.refresh()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(reasonOf(() => ring.signingKey())).toMatch(
    /has not been read for longer than maxStaleness/,
  )
  expect(ring.status()).toMatchObject({ ready: false, staleness: 31 })
})

/** The operator's reason for a refusal that callers see as 503. */
function reasonOf(ask: () => unknown): string {
  try {
    ask()
  } catch (error) {
    expect(error).toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503 })
    return error instanceof AuthError && error.cause instanceof Error ? error.cause.message : ''
  }
  return 'nothing was refused'
}
