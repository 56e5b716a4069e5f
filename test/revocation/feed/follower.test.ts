import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  createRevocation,
  type Revocation,
  type RevocationEntry,
  type RevocationEvent,
  type RevocationOptions,
} from '../../../src/revocation/index.js'
import { memoryRevocations } from '../../../src/stores/memory/revocations.js'
import { fakeClock } from '../../../src/testkit/index.js'
import { looseStore } from '../loose-store.js'
import { issuer, verifiedToken } from '../tokens.js'

const open: Revocation[] = []
afterEach(() => {
  for (const revocation of open.splice(0)) revocation.close()
})

function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 10 })
}

function make(options: Partial<RevocationOptions> & Pick<RevocationOptions, 'store'>) {
  const events: RevocationEvent[] = []
  const revocation = createRevocation({
    issuer,
    accessTtl: '15m',
    heartbeatEveryMs: 10,
    onEvent: (event) => {
      events.push(event)
      throw new Error('a listener that fails stops nothing')
    },
    ...options,
  })
  open.push(revocation)
  return { revocation, kinds: () => events.map(({ kind }) => kind) }
}

const wall = () => Date.now() / 1000
const token = (sid: string) => verifiedToken({ sub: 'user-1', sid }, wall)
const nameOf = (value: string) => ({ kind: 'sid', issuer, value }) as const
const session = (value: string): RevocationEntry => ({
  ...nameOf(value),
  expiresAt: Math.ceil(wall()) + 900,
})

describe('createRevocation over a failing store', () => {
  test('revocation keeps enforcing entries that the store has lost, and restores them', async () => {
    const loose = looseStore()
    const { revocation, kinds } = make({ store: loose.store })
    await revocation.start()
    for (const sid of ['a', 'b', 'c']) await revocation.revoke({ sid })
    const other = memoryRevocations()
    await other.add([session('d')])
    loose.replace(other)
    await eventually(async () => {
      expect(await other.find(['a', 'b', 'c'].map(nameOf))).toHaveLength(3)
    })
    for (const sid of ['a', 'b', 'c', 'd'])
      expect(revocation.isRevoked(await token(sid))).toBe(true)
    await eventually(() => {
      expect(kinds()).toEqual(['ready', 'lost', 'storeReset', 'recovered', 'restored'])
    })
  })

  test('revocation restores each entry once when several processes restore at the same time', async () => {
    const loose = looseStore()
    const all = [make({ store: loose.store }), make({ store: loose.store })]
    for (const { revocation } of all) await revocation.start()
    for (let at = 0; at < 2500; at++) await all[0]?.revocation.revoke({ sid: `s-${String(at)}` })
    const { inner: before } = loose
    loose.replace()
    const names = Array.from({ length: 2500 }, (_, at) => nameOf(`s-${String(at)}`))
    await eventually(async () => {
      expect(await loose.inner.find(names)).toHaveLength(2500)
    })
    expect(await loose.inner.find(names)).toEqual(await before.find(names))
  })

  test('revocation restores an entry that only a demoted primary has acknowledged', async () => {
    const [demoted, primary] = [memoryRevocations(), memoryRevocations()]
    const store = { ...primary, add: (entries: readonly RevocationEntry[]) => demoted.add(entries) }
    const [one, other] = [make({ store }), make({ store: primary })]
    for (const { revocation } of [one, other]) await revocation.start()
    await one.revocation.revoke({ sid: 'a' })
    const revoked = await token('a')
    await eventually(() => {
      expect(other.revocation.isRevoked(revoked)).toBe(true)
    })
    // The other process may hear of the entry before the write that restores it has returned here.
    await eventually(() => {
      expect(one.kinds()).toContain('restored')
    })
    // Once the feed has delivered the entry, it is not restored again.
    await eventually(async () => {
      const before = one.kinds().length
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(one.kinds()).toHaveLength(before)
    })
  })

  test('revocation writes an entry again that the store rejected while its feed stayed open', async () => {
    const inner = memoryRevocations()
    let refuses = true
    const { revocation } = make({
      store: {
        ...inner,
        add: (entries) => (refuses ? Promise.reject(new Error('no')) : inner.add(entries)),
      },
    })
    await revocation.start()
    await expect(revocation.revoke({ sid: 'a' })).rejects.toMatchObject({ status: 503 })
    expect(revocation.isRevoked(await token('a'))).toBe(true)
    refuses = false
    await eventually(async () => {
      expect(await inner.find([nameOf('a')])).toHaveLength(1)
    })
  })

  test('revocation becomes not ready when the feed delivers an entry that cannot be enforced', async () => {
    const inner = memoryRevocations()
    const steady = fakeClock(0)
    const { revocation, kinds } = make({ store: inner, monotonic: steady.now })
    await revocation.start()
    await inner.add([session('x'.repeat(5000))])
    await eventually(() => {
      expect(kinds()).toContain('lost')
    })
    steady.advance(11)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(revocation.ready()).toBe(false)
  })

  test('revocation counts staleness from the start of the last successful heartbeat', async () => {
    const loose = looseStore()
    const steady = fakeClock(0)
    const { revocation } = make({ store: loose.store, monotonic: steady.now })
    await revocation.start()
    loose.down(true)
    const good = await token('good')
    const { heartbeats } = loose.calls
    await eventually(() => {
      expect(loose.calls.opens + loose.calls.heartbeats).toBeGreaterThan(heartbeats + 1)
    })
    steady.advance(10)
    expect(revocation.isRevoked(good)).toBe(false)
    steady.advance(1)
    expect(() => revocation.isRevoked(good)).toThrow(
      expect.objectContaining({ code: 'REVOCATION_UNKNOWN' }),
    )
    loose.down(false)
    await eventually(() => {
      expect(revocation.isRevoked(good)).toBe(false)
    })
  })

  test('revocation backs off when every feed ends as soon as it is open', async () => {
    const inner = memoryRevocations()
    let opens = 0
    const { revocation } = make({
      heartbeatEveryMs: 1,
      store: {
        ...inner,
        open: async (request) => {
          const feed = await inner.open(request)
          if (++opens > 1)
            setImmediate(() => {
              feed.close()
              request.listener.lost(new Error('again'))
            })
          return opens > 1 ? { ...feed, heartbeat: () => new Promise(() => undefined) } : feed
        },
      },
    })
    await revocation.start()
    await inner.open({
      firstEntry: { kind: 'all', issuer, before: 0, expiresAt: 1 },
      listener: { add: () => undefined, lost: () => undefined },
    })
    await inner.add([session('x'.repeat(5000))])
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(opens).toBeGreaterThan(1)
    expect(opens).toBeLessThan(12)
  })
})

describe('start', () => {
  test('start enforces delivered entries before the snapshot is complete, and is ready only then', async () => {
    const inner = memoryRevocations()
    await inner.add([session('held')])
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { revocation } = make({
      store: {
        ...inner,
        open: async (request) => {
          const feed = await inner.open(request)
          await inner.add([session('early')])
          return {
            ...feed,
            snapshot: async function* (now: number) {
              await held
              yield* feed.snapshot(now)
            },
          }
        },
      },
    })
    const starting = revocation.start()
    await eventually(async () => {
      expect(revocation.isRevoked(await token('early'))).toBe(true)
    })
    expect(revocation.ready()).toBe(false)
    release()
    await starting
    expect(revocation.isRevoked(await token('held'))).toBe(true)
    expect(revocation.ready()).toBe(true)
  })

  test('start rejects when closed meanwhile, and closes the feed that opens late', async () => {
    const loose = looseStore()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { revocation } = make({
      store: {
        ...loose.store,
        open: async (request) => {
          await held
          return loose.store.open(request)
        },
      },
    })
    const starting = revocation.start()
    revocation.close()
    release()
    await expect(starting).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await eventually(() => {
      expect(loose.calls.closes).toBeGreaterThan(0)
    })
    expect(revocation.ready()).toBe(false)
  })

  test('start sends no heartbeat after close', async () => {
    const loose = looseStore()
    const { revocation } = make({ store: loose.store })
    await revocation.start()
    await eventually(() => {
      expect(loose.calls.heartbeats).toBeGreaterThan(2)
    })
    revocation.close()
    const { heartbeats, opens } = loose.calls
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(loose.calls.heartbeats).toBe(heartbeats)
    expect(loose.calls.opens).toBe(opens)
  })

  test('start over a new store refuses tokens issued before, and accepts tokens issued afterwards', async () => {
    const inner = memoryRevocations()
    const { revocation } = make({
      store: {
        ...inner,
        open: async (request) => {
          await inner.add([request.firstEntry])
          return { ...(await inner.open(request)), isNewEpoch: true }
        },
      },
    })
    const before = await token('before')
    await revocation.start()
    expect(revocation.isRevoked(before)).toBe(true)
    expect(revocation.isRevoked(await token('after'))).toBe(false)
  })
})

describe('isRevokedStrict', () => {
  test('isRevokedStrict finds an entry in the store that this process has not received, and no other', async () => {
    const inner = memoryRevocations()
    const silent = { ...inner, open: () => new Promise<never>(() => undefined) }
    const { revocation } = make({ store: silent })
    await inner.add([session('a')])
    expect(await revocation.isRevokedStrict(await token('a'))).toBe(true)
    expect(await revocation.isRevokedStrict(await token('b'))).toBe(false)
  })

  test('isRevokedStrict rejects with 503 when the store is unavailable', async () => {
    const loose = looseStore()
    loose.down(true)
    const { revocation } = make({ store: loose.store })
    await expect(revocation.isRevokedStrict(await token('a'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      status: 503,
    })
  })
})
