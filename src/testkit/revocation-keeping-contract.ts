import { strictEqual } from 'node:assert/strict'
import type { RevocationEntry, RevocationStore } from '../revocation/ports.js'
import type { ContractCase } from './contract.js'
import {
  contentsOf,
  issuer,
  kinds,
  later,
  now,
  openFeed,
  sameEntries,
  session,
  sessionCutOff,
  subject,
} from './revocation-samples.js'

/** A case that adds entries, in one call each and in one call for all, and expects the store to hold `held` then. */
function keeps(
  name: string,
  added: readonly RevocationEntry[],
  held: readonly RevocationEntry[] = added,
): ContractCase<RevocationStore> {
  return {
    name,
    run: async (makeStore) => {
      const [oneByOne, atOnce] = [await makeStore(), await makeStore()]
      for (const entry of added) await oneByOne.add([entry])
      await atOnce.add(added)
      sameEntries(await contentsOf(oneByOne), held)
      sameEntries(await contentsOf(atOnce), held)
    },
  }
}

const token: RevocationEntry = { kind: 'jti', issuer, value: 'x', expiresAt: later }
const everything = (before: number, expiresAt = later): RevocationEntry => ({
  kind: 'all',
  issuer,
  before,
  expiresAt,
})

const client = (value: string, before?: number, expiresAt = later): RevocationEntry => ({
  kind: 'client',
  issuer,
  value,
  ...(before === undefined ? {} : { before }),
  expiresAt,
})

const merging: readonly ContractCase<RevocationStore>[] = [
  keeps('a new store is empty, and adding no entries adds none', []),
  keeps('entries of every kind are returned unchanged', kinds),
  keeps(
    'values are returned unchanged, and compared case-sensitively',
    [
      `o'Neil "\\" $1 ?1 {x} * : 🔑 \n\t`,
      'Abc',
      'abc',
      'é',
      'e\u0301',
      ' abc',
      'a'.repeat(1024),
    ].map((value) => session(value)),
  ),
  keeps('the same value of two issuers is two entries', [
    session('s'),
    { ...session('s'), issuer: 'https://other.example' },
  ]),
  keeps('the same value of two kinds is two entries', [session('x'), token]),
  keeps('adding the same entry twice stores it once', [session('s'), session('s')], [session('s')]),
  keeps(
    'a later expiry extends an entry',
    [session('s'), session('s', later + 5)],
    [session('s', later + 5)],
  ),
  keeps(
    'an earlier expiry does not shorten an entry',
    [session('s'), session('s', later - 5)],
    [session('s')],
  ),
  keeps(
    'of two entries of a subject the later cut-off and the later expiry are kept',
    [subject('u', now, later + 9), subject('u', now + 5, later)],
    [subject('u', now + 5, later + 9)],
  ),
  keeps(
    'an earlier cut-off that is added later does not replace the later one',
    [subject('u', now + 5, later), subject('u', now, later + 9)],
    [subject('u', now + 5, later + 9)],
  ),
  keeps(
    'of two entries for everything the later cut-off and the later expiry are kept',
    [everything(now + 5), everything(now, later + 9)],
    [everything(now + 5, later + 9)],
  ),
  keeps('a cut-off of a client is returned unchanged, beside a client without one', [
    client('a', now),
    client('b'),
  ]),
  keeps(
    'of two entries of a client the later cut-off and the later expiry are kept',
    [client('a', now, later + 9), client('a', now + 5), client('a', now - 5)],
    [client('a', now + 5, later + 9)],
  ),
  keeps(
    'an entry of a client without a cut-off replaces one with a cut-off',
    [client('a', now), client('a')],
    [client('a')],
  ),
  keeps(
    'no cut-off is added to an entry of a client without one',
    [client('a'), client('a', now + 5, later + 9)],
    [client('a', undefined, later + 9)],
  ),
  keeps(
    'the cut-off of a session stays beside the session, and beside the subject of the same name',
    [sessionCutOff('s', now), session('s'), subject('s', now - 5), sessionCutOff('s', now + 5)],
    [session('s'), subject('s', now - 5), sessionCutOff('s', now + 5)],
  ),
  keeps('a cut-off of 0 and one of 2³² - 1 are returned unchanged', [
    subject('a', 0),
    subject('b', 0xffff_ffff, 0xffff_ffff),
  ]),
]

const finding: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'entries of every kind are found by name, and absent names are not found',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add(kinds)
      const absent = { kind: 'sid', issuer, value: 'token-1' } as const
      sameEntries(await store.find([...kinds, absent]), kinds)
      sameEntries(await store.find([absent]), [])
      sameEntries(await store.find([]), [])
    },
  },
  {
    name: 'an entry is not found by the name of another issuer',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add(kinds)
      sameEntries(await store.find(kinds.map((each) => ({ ...each, issuer: 'https://b' }))), [])
    },
  },
  {
    name: 'a merged entry is found with its merged times',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add([subject('u', now, later + 9)])
      await store.add([subject('u', now + 5, later)])
      sameEntries(await store.find([subject('u', 0)]), [subject('u', now + 5, later + 9)])
    },
  },
  {
    name: 'an entry is found as soon as add has resolved',
    run: async (makeStore) => {
      const store = await makeStore()
      for (const entry of kinds) {
        await store.add([entry])
        sameEntries(await store.find([entry]), [entry])
      }
    },
  },
]

/** Cases about `ask`; a store without it passes. */
const asking: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'a question that proves the epoch, if the store takes any, finds entries of every kind, and the epoch of a feed',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add(kinds)
      const { feed } = await openFeed(store, issuer)
      feed.close()
      const absent = { kind: 'sid', issuer, value: 'token-1' } as const
      const answer = await store.ask?.({ issuer, names: [...kinds, absent] })
      if (answer === undefined) return
      strictEqual(answer.epoch, feed.epoch)
      const found = answer.entries.filter(({ kind }) => kind !== 'all')
      sameEntries(
        found,
        kinds.filter(({ kind }) => kind !== 'all'),
      )
      strictEqual(answer.entries.length, kinds.length)
      const none = await store.ask?.({ issuer, names: [absent] })
      strictEqual(none?.epoch, feed.epoch)
      sameEntries(none.entries, [])
    },
  },
]

const expiring: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'a snapshot omits entries that have expired',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add([session('s', now + 1), session('t', now)])
      sameEntries(await contentsOf(store), [session('s', now + 1)])
    },
  },
  {
    name: 'a sweep removes and counts the entries that expired before a time',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add([session('s', now), session('t', now + 1), session('u')])
      strictEqual(await store.sweep(now), 0)
      strictEqual(await store.sweep(now + 1), 1)
      sameEntries(await contentsOf(store, now - 1), [session('t', now + 1), session('u')])
      sameEntries(await store.find([session('s')]), [])
    },
  },
  {
    name: 'a sweep keeps an entry whose expiry was extended',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add([session('s', now)])
      await store.add([session('s', later)])
      strictEqual(await store.sweep(now + 1), 0)
      sameEntries(await store.find([session('s')]), [session('s')])
    },
  },
]

/** Cases about what a store keeps, finds and removes. */
export const revocationKeepingCases: readonly ContractCase<RevocationStore>[] = [
  ...merging,
  ...finding,
  ...asking,
  ...expiring,
]
