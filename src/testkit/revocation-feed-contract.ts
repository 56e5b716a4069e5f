import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict'
import type { RevocationEntry, RevocationStore } from '../revocation/ports.js'
import type { ContractCase } from './contract.js'
import {
  contentsOf,
  kinds,
  later,
  now,
  openFeed,
  sameEntries,
  session,
  snapshotOf,
  subject,
  told,
  withFeed,
  type Heard,
} from './revocation-samples.js'

/** A case with one store and a feed of it. */
function fed(
  name: string,
  run: (store: RevocationStore, opened: Heard) => Promise<void>,
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

/** Names of sessions. */
function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`)
}

const following: readonly ContractCase<RevocationStore>[] = [
  fed(
    'what is added after opening has been handed out when a later beat resolves',
    async (store, { feed, heard }) => {
      await store.add(kinds)
      await feed.beat()
      sameEntries(told(heard), kinds)
    },
  ),
  fed(
    'entries are handed out in the order in which they were added',
    async (store, { feed, heard }) => {
      for (const entry of kinds) await store.add([entry])
      await feed.beat()
      deepStrictEqual(
        told(heard).map(({ kind }) => kind),
        kinds.map(({ kind }) => kind),
      )
    },
  ),
  fed(
    'a longer life is handed out to those who know the shorter one',
    async (store, { feed, heard }) => {
      await store.add([session('s', later + 5)])
      await feed.beat()
      sameEntries(told(heard), [session('s', later + 5)])
    },
    [session('s')],
  ),
  fed(
    'a later cut-off is handed out merged with what was known',
    async (store, { feed, heard }) => {
      await store.add([subject('u', now + 5, later)])
      await feed.beat()
      const last = told(heard).at(-1)
      ok(last !== undefined && 'before' in last)
      strictEqual(last.before, now + 5)
    },
    [subject('u', now, later + 9)],
  ),
  fed('fifty calls at once all arrive', async (store, { feed, heard }) => {
    const sessions = names('s', 50).map((name) => session(name))
    await Promise.all(sessions.map((each) => store.add([each])))
    await feed.beat()
    sameEntries(told(heard), sessions)
  }),
  fed('several thousand entries of one call all arrive', async (store, { feed, heard }) => {
    const sessions = names('s', 3000).map((name) => session(name))
    await store.add(sessions)
    await feed.beat()
    strictEqual(new Set(told(heard).map((each) => ('value' in each ? each.value : ''))).size, 3000)
  }),
  fed('two feeds hear the same', async (store, { feed, heard }) => {
    await withFeed(store, async (other) => {
      await store.add(kinds)
      await Promise.all([feed.beat(), other.feed.beat()])
      sameEntries(told(heard), kinds)
      sameEntries(told(other.heard), kinds)
    })
  }),
  fed(
    'a beat resolves again and again, also at once, and nothing is lost by it',
    async (store, opened) => {
      await Promise.all([opened.feed.beat(), opened.feed.beat()])
      await store.add([session('s')])
      await opened.feed.beat()
      sameEntries(told(opened.heard), [session('s')])
      deepStrictEqual(opened.lost, [])
    },
  ),
  fed(
    'sweeping ends no feed, and what comes after it still arrives',
    async (store, opened) => {
      await store.sweep(now + 1)
      await store.add([session('u')])
      await opened.feed.beat()
      sameEntries(told(opened.heard), [session('u')])
      deepStrictEqual(opened.lost, [])
    },
    [session('s', now), session('t', now)],
  ),
]

const snapshots: readonly ContractCase<RevocationStore>[] = [
  fed(
    'a snapshot holds what was there before opening',
    async (_, { feed }) => {
      sameEntries(await snapshotOf(feed), kinds)
    },
    kinds,
  ),
  fed(
    'what comes between opening and snapshot is in one of the two',
    async (store, { feed, heard }) => {
      await store.add([session('between')])
      const snapshot = await snapshotOf(feed)
      await feed.beat()
      ok([...snapshot, ...heard].some((each) => 'value' in each && each.value === 'between'))
    },
  ),
  fed(
    'a snapshot of thousands comes whole, in slices',
    async (_, { feed }) => {
      strictEqual(
        new Set((await snapshotOf(feed)).map((each) => ('value' in each ? each.value : ''))).size,
        4500,
      )
    },
    names('s', 4500).map((name) => session(name)),
  ),
  fed(
    'what is added while a snapshot is read is in it or is handed out',
    async (store, { feed, heard }) => {
      const seen = new Set<string>()
      let turn = 0
      for await (const entries of feed.snapshot(now)) {
        for (const each of entries) if ('value' in each) seen.add(each.value)
        await store.add([session(`late-${String(turn++)}`)])
      }
      await feed.beat()
      for (const each of heard) if ('value' in each) seen.add(each.value)
      strictEqual([...seen].filter((name) => name.startsWith('s-')).length, 4500)
      strictEqual([...seen].filter((name) => name.startsWith('late-')).length, turn)
    },
    names('s', 4500).map((name) => session(name)),
  ),
]

const ending: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'a closed feed hands out nothing, does not call it lost, and its beat rejects',
    run: async (makeStore) => {
      const store = await makeStore()
      const { feed, heard, lost } = await openFeed(store)
      feed.close()
      feed.close()
      const until = heard.length
      await store.add([session('s')])
      await rejects(feed.beat())
      await withFeed(store, (other) => other.feed.beat())
      strictEqual(heard.length, until)
      deepStrictEqual(lost, [])
    },
  },
  {
    name: 'feeds of one store have one epoch, which only the first may have begun',
    run: async (makeStore) => {
      const store = await makeStore()
      const epoch = await withFeed(store, ({ feed }) => Promise.resolve(feed.epoch))
      await withFeed(store, ({ feed }) => {
        strictEqual(feed.epoch, epoch)
        strictEqual(feed.begun, false)
        return Promise.resolve()
      })
    },
  },
  {
    name: 'who begins an epoch has kept the entry for it, once',
    run: async (makeStore) => {
      const store = await makeStore()
      const of = 'https://new.example'
      const opened = await Promise.all([
        openFeed(store, of),
        openFeed(store, of),
        openFeed(store, of),
      ])
      for (const { feed } of opened) feed.close()
      const begun = opened.filter(({ feed }) => feed.begun).length
      ok(begun <= 1)
      strictEqual((await store.find([{ kind: 'all', issuer: of }])).length, begun)
    },
  },
  fed('what is added through a feed is kept and handed to every feed', async (store, opened) => {
    await withFeed(store, async (other) => {
      await opened.feed.add(kinds)
      await Promise.all([opened.feed.beat(), other.feed.beat()])
      sameEntries(told(opened.heard), kinds)
      sameEntries(told(other.heard), kinds)
    })
    sameEntries(await contentsOf(store), kinds)
  }),
  fed(
    'adding again what is held changes nothing and ends no feed',
    async (store, { feed, lost }) => {
      await Promise.all([store.add(kinds), store.add(kinds), store.add(kinds)])
      await feed.beat()
      sameEntries(await contentsOf(store), kinds)
      deepStrictEqual(lost, [])
    },
    kinds,
  ),
]

/** What a feed hands out, and when. */
export const revocationFeedCases: readonly ContractCase<RevocationStore>[] = [
  ...following,
  ...snapshots,
  ...ending,
]
