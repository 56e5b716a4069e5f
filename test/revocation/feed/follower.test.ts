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
    beatEveryMs: 10,
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

describe('a process whose store', () => {
  test('was lost goes on enforcing, and puts back what it knows', async () => {
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
      expect(kinds()).toEqual(['ready', 'lost', 'beganAnew', 'recovered', 'putBack'])
    })
  })

  test('is put back by several processes at once holds each entry once', async () => {
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

  test('is confirmed for by a server that nobody follows any more is given the entry itself', async () => {
    const [old, followed] = [memoryRevocations(), memoryRevocations()]
    const store = { ...followed, add: (entries: readonly RevocationEntry[]) => old.add(entries) }
    const [one, other] = [make({ store }), make({ store: followed })]
    for (const { revocation } of [one, other]) await revocation.start()
    await one.revocation.revoke({ sid: 'a' })
    const revoked = await token('a')
    await eventually(() => {
      expect(other.revocation.isRevoked(revoked)).toBe(true)
    })
    expect(one.kinds()).toContain('putBack')
    // Once the feed has brought it, nothing is put back any more.
    await eventually(async () => {
      const before = one.kinds().length
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(one.kinds()).toHaveLength(before)
    })
  })

  test('did not confirm is given the entry again when it answers, though its feed stood', async () => {
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

  test('hands out an entry that can not be enforced lets nothing more through as if it were known', async () => {
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

  test('hears no heartbeat goes stale from the start of the last one that came back', async () => {
    const loose = looseStore()
    const steady = fakeClock(0)
    const { revocation } = make({ store: loose.store, monotonic: steady.now })
    await revocation.start()
    loose.down(true)
    const good = await token('good')
    const { beats } = loose.seen
    await eventually(() => {
      expect(loose.seen.opens + loose.seen.beats).toBeGreaterThan(beats + 1)
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

  test('ends every feed at once is not stormed', async () => {
    const inner = memoryRevocations()
    let opens = 0
    const { revocation } = make({
      beatEveryMs: 1,
      store: {
        ...inner,
        open: async (request) => {
          const feed = await inner.open(request)
          if (++opens > 1)
            setImmediate(() => {
              feed.close()
              request.listener.lost(new Error('again'))
            })
          return opens > 1 ? { ...feed, beat: () => new Promise(() => undefined) } : feed
        },
      },
    })
    await revocation.start()
    await inner.open({
      whenNew: { kind: 'all', issuer, before: 0, expiresAt: 1 },
      listener: { add: () => undefined, lost: () => undefined },
    })
    await inner.add([session('x'.repeat(5000))])
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(opens).toBeGreaterThan(1)
    expect(opens).toBeLessThan(12)
  })
})

describe('opening', () => {
  test('is not ready before the whole snapshot, and enforces what was handed out before', async () => {
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

  test('that is closed meanwhile closes the feed that comes late, and rejects', async () => {
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
      expect(loose.seen.closes).toBeGreaterThan(0)
    })
    expect(revocation.ready()).toBe(false)
  })

  test('after a close no heartbeat is sent', async () => {
    const loose = looseStore()
    const { revocation } = make({ store: loose.store })
    await revocation.start()
    await eventually(() => {
      expect(loose.seen.beats).toBeGreaterThan(2)
    })
    revocation.close()
    const { beats, opens } = loose.seen
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(loose.seen.beats).toBe(beats)
    expect(loose.seen.opens).toBe(opens)
  })

  test('a new store refuses what was issued before, and nothing that is issued once it has started', async () => {
    const inner = memoryRevocations()
    const { revocation } = make({
      store: {
        ...inner,
        open: async (request) => {
          await inner.add([request.whenNew])
          return { ...(await inner.open(request)), begun: true }
        },
      },
    })
    const before = await token('before')
    await revocation.start()
    expect(revocation.isRevoked(before)).toBe(true)
    expect(revocation.isRevoked(await token('after'))).toBe(false)
  })
})

describe('asking the store itself', () => {
  test('refuses what this process has not heard of, and not what nobody has revoked', async () => {
    const inner = memoryRevocations()
    const deaf = { ...inner, open: () => new Promise<never>(() => undefined) }
    const { revocation } = make({ store: deaf })
    await inner.add([session('a')])
    expect(await revocation.isRevokedStrict(await token('a'))).toBe(true)
    expect(await revocation.isRevokedStrict(await token('b'))).toBe(false)
  })

  test('that does not answer rejects with 503', async () => {
    const loose = looseStore()
    loose.down(true)
    const { revocation } = make({ store: loose.store })
    await expect(revocation.isRevokedStrict(await token('a'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      status: 503,
    })
  })
})
