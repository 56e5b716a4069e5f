import { expect, test, vi } from 'vitest'
import type { RevocationEntry, RevocationStore } from '../../src/revocation/ports.js'
import { follow, issuer, later, now, readWhole, session, firstEntry } from './feed-listener.js'

const kinds: readonly RevocationEntry[] = [
  { kind: 'jti', issuer, value: 'token-1', expiresAt: later },
  session(`o'Neil "\\" $1 ?1 🔑`),
  { kind: 'client', issuer, value: '0042', expiresAt: later },
  { kind: 'sub', issuer, value: 'user-1', before: now, expiresAt: later },
  { kind: 'sid', issuer: 'https://other.example', value: 'abc', expiresAt: later },
  { kind: 'all', issuer: 'https://other.example', before: now, expiresAt: later },
]

/** What every SQL store of revocations does. `make` gives an empty one. */
export function revocationCases(make: () => Promise<RevocationStore>): void {
  test('the first feed begins an epoch with its entry, and those after it find both', async () => {
    const store = await make()
    const all = await Promise.all(Array.from({ length: 4 }, () => follow(store)))
    expect(all.filter(({ feed }) => feed.isNewEpoch)).toHaveLength(1)
    expect(new Set(all.map(({ feed }) => feed.epoch)).size).toBe(1)
    for (const { feed } of all) expect((await readWhole(feed)).entries).toEqual([firstEntry])
    const again = await follow(store)
    expect(again.feed.isNewEpoch).toBe(false)
    for (const { feed } of [...all, again]) feed.close()
  })

  test('entries of every kind reach a feed by a heartbeat, in order, and can be found by name', async () => {
    const store = await make()
    const { feed, entries } = await follow(store)
    await store.add(kinds)
    await store.add(kinds)
    await feed.heartbeat()
    expect(entries).toEqual(kinds)
    expect(await store.find([...kinds, session('nobody')])).toHaveLength(kinds.length)
    expect(await store.find(kinds.slice(1, 2))).toEqual(kinds.slice(1, 2))
    feed.close()
  })

  test('of two times the later stands, in one call or two', async () => {
    const store = await make()
    const { feed, entries } = await follow(store)
    const subject = (before: number, expiresAt: number) =>
      ({ kind: 'sub', issuer, value: 'u', before, expiresAt }) as const
    await store.add([subject(now, later + 9), subject(now + 5, later)])
    await store.add([subject(now - 5, later - 5)])
    await feed.heartbeat()
    expect(entries).toEqual([subject(now + 5, later + 9)])
    await store.add([subject(now, later + 10)])
    await feed.heartbeat()
    expect(entries.at(-1)).toEqual(subject(now + 5, later + 10))
    feed.close()
  })

  test('a snapshot comes in slices, without what has expired, and sweeping leaves no gap', async () => {
    const store = await make()
    const { feed, entries } = await follow(store)
    const many = Array.from({ length: 2500 }, (_, index) =>
      session(`s-${String(index)}`, index % 2 === 0 ? later : now),
    )
    await store.add(many)
    await feed.heartbeat()
    expect(entries).toEqual(many)
    const whole = await readWhole(feed)
    expect(whole.entries).toEqual([firstEntry, ...many.filter(({ expiresAt }) => expiresAt > now)])
    expect(whole.slices).toBeGreaterThan(1)
    expect(await store.sweep(now)).toBe(0)
    expect(await store.sweep(later + 1)).toBe(2501)
    await store.add([session('after')])
    await feed.heartbeat()
    expect(entries.at(-1)).toEqual(session('after'))
    expect(entries).toHaveLength(2501)
    feed.close()
  })

  test('two hundred entries added at once all arrive, and a closed feed receives nothing', async () => {
    const store = await make()
    const { feed, entries } = await follow(store)
    const closed = await follow(store)
    closed.feed.close()
    const all = Array.from({ length: 200 }, (_, index) => session(`at-once-${String(index)}`))
    await Promise.all(all.map((entry) => store.add([entry])))
    await feed.heartbeat()
    expect(entries).toHaveLength(all.length)
    expect(entries).toEqual(expect.arrayContaining(all))
    await expect(closed.feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect([closed.entries, closed.causes]).toEqual([[], []])
    feed.close()
  })

  test('an entry arrives without a heartbeat', async () => {
    const store = await make()
    const { feed, entries } = await follow(store)
    await feed.heartbeat()
    const from = performance.now()
    await store.add([session('s')])
    await vi.waitFor(
      () => {
        expect(entries).toEqual([session('s')])
      },
      { interval: 1 },
    )
    const ms = (performance.now() - from).toFixed(1)
    console.log(`a revocation was known after ${ms} ms, the write included`)
    feed.close()
  })
}
