import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict'
import type { RevocationEntry, RevocationStore } from '../revocation/ports.js'
import type { ContractCase } from './contract.js'
import {
  contentsOf,
  kinds,
  later,
  now,
  ofCases,
  openFeed,
  sameEntries,
  session,
  snapshotOf,
  subject,
  withFeed,
  type OpenFeed,
} from './revocation-samples.js'

/** A case with a store that holds `before`, and an open feed of it. */
function withOpenFeed(
  name: string,
  run: (store: RevocationStore, opened: OpenFeed) => Promise<void>,
  before: readonly RevocationEntry[] = [],
): ContractCase<RevocationStore> {
  return {
    name,
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add(before)
      await withFeed(store, (opened) => run(store, opened))
    },
  }
}

/** Different names of sessions. */
function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`)
}

const delivery: readonly ContractCase<RevocationStore>[] = [
  withOpenFeed(
    'a heartbeat resolves after the entries added before it have been delivered',
    async (store, { feed, delivered }) => {
      await store.add(kinds)
      await feed.heartbeat()
      sameEntries(ofCases(delivered), kinds)
    },
  ),
  withOpenFeed(
    'entries are delivered in the order in which they were added',
    async (store, { feed, delivered }) => {
      for (const entry of kinds) await store.add([entry])
      await feed.heartbeat()
      deepStrictEqual(
        ofCases(delivered).map(({ kind }) => kind),
        kinds.map(({ kind }) => kind),
      )
    },
  ),
  withOpenFeed(
    'an entry is delivered again when its expiry is extended',
    async (store, { feed, delivered }) => {
      await store.add([session('s', later + 5)])
      await feed.heartbeat()
      sameEntries(ofCases(delivered), [session('s', later + 5)])
    },
    [session('s')],
  ),
  withOpenFeed(
    'an entry is delivered again when its cut-off is extended',
    async (store, { feed, delivered }) => {
      await store.add([subject('u', now + 5, later)])
      await feed.heartbeat()
      const last = ofCases(delivered).at(-1)
      ok(last !== undefined && 'before' in last)
      strictEqual(last.before, now + 5)
    },
    [subject('u', now, later + 9)],
  ),
  withOpenFeed(
    'fifty concurrent additions are all delivered',
    async (store, { feed, delivered }) => {
      const sessions = names('s', 50).map((name) => session(name))
      await Promise.all(sessions.map((each) => store.add([each])))
      await feed.heartbeat()
      sameEntries(ofCases(delivered), sessions)
    },
  ),
  withOpenFeed(
    'several thousand entries of one call are all delivered',
    async (store, { feed, delivered }) => {
      const sessions = names('s', 3000).map((name) => session(name))
      await store.add(sessions)
      await feed.heartbeat()
      strictEqual(
        new Set(ofCases(delivered).map((each) => ('value' in each ? each.value : ''))).size,
        3000,
      )
    },
  ),
  withOpenFeed('two feeds deliver the same entries', async (store, { feed, delivered }) => {
    await withFeed(store, async (other) => {
      await store.add(kinds)
      await Promise.all([feed.heartbeat(), other.feed.heartbeat()])
      sameEntries(ofCases(delivered), kinds)
      sameEntries(ofCases(other.delivered), kinds)
    })
  }),
  withOpenFeed(
    'concurrent and repeated heartbeats resolve, and the feed stays open',
    async (store, opened) => {
      await Promise.all([opened.feed.heartbeat(), opened.feed.heartbeat()])
      await store.add([session('s')])
      await opened.feed.heartbeat()
      sameEntries(ofCases(opened.delivered), [session('s')])
      deepStrictEqual(opened.lost, [])
    },
  ),
  withOpenFeed(
    'a feed stays open during a sweep and delivers entries added after it',
    async (store, opened) => {
      await store.sweep(now + 1)
      await store.add([session('u')])
      await opened.feed.heartbeat()
      sameEntries(ofCases(opened.delivered), [session('u')])
      deepStrictEqual(opened.lost, [])
    },
    [session('s', now), session('t', now)],
  ),
]

const snapshots: readonly ContractCase<RevocationStore>[] = [
  withOpenFeed(
    'a snapshot contains the entries added before the feed was opened',
    async (_, { feed }) => {
      sameEntries(await snapshotOf(feed), kinds)
    },
    kinds,
  ),
  withOpenFeed(
    'an entry added between opening and snapshot is in the snapshot or is delivered',
    async (store, { feed, delivered }) => {
      await store.add([session('between')])
      const snapshot = await snapshotOf(feed)
      await feed.heartbeat()
      ok([...snapshot, ...delivered].some((each) => 'value' in each && each.value === 'between'))
    },
  ),
  withOpenFeed(
    'a snapshot of thousands of entries is complete',
    async (_, { feed }) => {
      strictEqual(
        new Set((await snapshotOf(feed)).map((each) => ('value' in each ? each.value : ''))).size,
        4500,
      )
    },
    names('s', 4500).map((name) => session(name)),
  ),
  withOpenFeed(
    'an entry added while a snapshot is read is in the snapshot or is delivered',
    async (store, { feed, delivered }) => {
      const seen = new Set<string>()
      let count = 0
      for await (const entries of feed.snapshot(now)) {
        for (const each of entries) if ('value' in each) seen.add(each.value)
        await store.add([session(`late-${String(count++)}`)])
      }
      await feed.heartbeat()
      for (const each of delivered) if ('value' in each) seen.add(each.value)
      strictEqual([...seen].filter((name) => name.startsWith('s-')).length, 4500)
      strictEqual([...seen].filter((name) => name.startsWith('late-')).length, count)
    },
    names('s', 4500).map((name) => session(name)),
  ),
]

const lifecycle: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'a closed feed delivers nothing, does not call lost, and rejects heartbeats',
    run: async (makeStore) => {
      const store = await makeStore()
      const { feed, delivered, lost } = await openFeed(store)
      feed.close()
      feed.close()
      const until = delivered.length
      await store.add([session('s')])
      await rejects(feed.heartbeat())
      await withFeed(store, (other) => other.feed.heartbeat())
      strictEqual(delivered.length, until)
      deepStrictEqual(lost, [])
    },
  },
  {
    name: 'all feeds of a store have the same epoch, and only the first may have created it',
    run: async (makeStore) => {
      const store = await makeStore()
      const epoch = await withFeed(store, ({ feed }) => Promise.resolve(feed.epoch))
      await withFeed(store, ({ feed }) => {
        strictEqual(feed.epoch, epoch)
        strictEqual(feed.isNewEpoch, false)
        return Promise.resolve()
      })
    },
  },
  {
    name: 'the first entry is added exactly once with a new epoch',
    run: async (makeStore) => {
      const store = await makeStore()
      const newIssuer = 'https://new.example'
      const opened = await Promise.all([
        openFeed(store, newIssuer),
        openFeed(store, newIssuer),
        openFeed(store, newIssuer),
      ])
      for (const { feed } of opened) feed.close()
      const created = opened.filter(({ feed }) => feed.isNewEpoch).length
      ok(created <= 1)
      strictEqual((await store.find([{ kind: 'all', issuer: newIssuer }])).length, created)
    },
  },
  withOpenFeed(
    'an entry added through a feed is stored and delivered to every feed',
    async (store, opened) => {
      await withFeed(store, async (other) => {
        await opened.feed.add(kinds)
        await Promise.all([opened.feed.heartbeat(), other.feed.heartbeat()])
        sameEntries(ofCases(opened.delivered), kinds)
        sameEntries(ofCases(other.delivered), kinds)
      })
      sameEntries(await contentsOf(store), kinds)
    },
  ),
  withOpenFeed(
    'adding existing entries again changes nothing and ends no feed',
    async (store, { feed, lost }) => {
      await Promise.all([store.add(kinds), store.add(kinds), store.add(kinds)])
      await feed.heartbeat()
      sameEntries(await contentsOf(store), kinds)
      deepStrictEqual(lost, [])
    },
    kinds,
  ),
]

/** Cases about feeds: what a feed delivers, its snapshot, and its end. */
export const revocationFeedCases: readonly ContractCase<RevocationStore>[] = [
  ...delivery,
  ...snapshots,
  ...lifecycle,
]
