import { strictEqual } from 'node:assert/strict'
import type { RevocationEntry, RevocationStore } from '../revocation/ports.js'
import type { ContractCase } from './contract.js'
import {
  contentsOf,
  issuer,
  kinds,
  later,
  now,
  sameEntries,
  session,
  subject,
} from './revocation-samples.js'

/** Adds entries, one call each, and says what is then held to hold others. */
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

const merging: readonly ContractCase<RevocationStore>[] = [
  keeps('an empty store has no entries, and a call without entries adds none', []),
  keeps('entries of every kind come back whole', kinds),
  keeps(
    'values come back letter by letter and are told apart by capitals',
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
  keeps('one value of two issuers is two entries', [
    session('s'),
    { ...session('s'), issuer: 'https://other.example' },
  ]),
  keeps('one value of two kinds is two entries', [session('x'), token]),
  keeps('the same entry twice is one', [session('s'), session('s')], [session('s')]),
  keeps(
    'a longer life of an entry stands',
    [session('s'), session('s', later + 5)],
    [session('s', later + 5)],
  ),
  keeps(
    'a shorter life does not shorten it',
    [session('s'), session('s', later - 5)],
    [session('s')],
  ),
  keeps(
    'of two cut-offs of a subject the later stands, with the later expiry',
    [subject('u', now, later + 9), subject('u', now + 5, later)],
    [subject('u', now + 5, later + 9)],
  ),
  keeps(
    'a cut-off is not moved back by an earlier one that comes later',
    [subject('u', now + 5, later), subject('u', now, later + 9)],
    [subject('u', now + 5, later + 9)],
  ),
  keeps(
    'of two cut-offs of everything the later stands, with the later expiry',
    [everything(now + 5), everything(now, later + 9)],
    [everything(now + 5, later + 9)],
  ),
  keeps('a cut-off at 0 and one far ahead come back as they are', [
    subject('a', 0),
    subject('b', 0xffff_ffff, 0xffff_ffff),
  ]),
]

const finding: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'entries are found by their names, of every kind, and what is not there is not found',
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
    name: 'the entry of another issuer is not found',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add(kinds)
      sameEntries(await store.find(kinds.map((each) => ({ ...each, issuer: 'https://b' }))), [])
    },
  },
  {
    name: 'what is found is what was merged',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add([subject('u', now, later + 9)])
      await store.add([subject('u', now + 5, later)])
      sameEntries(await store.find([subject('u', 0)]), [subject('u', now + 5, later + 9)])
    },
  },
  {
    name: 'an entry is found as soon as adding it has resolved',
    run: async (makeStore) => {
      const store = await makeStore()
      for (const entry of kinds) {
        await store.add([entry])
        sameEntries(await store.find([entry]), [entry])
      }
    },
  },
]

const expiring: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'an entry is not in a snapshot from its expiry on',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add([session('s', now + 1), session('t', now)])
      sameEntries(await contentsOf(store), [session('s', now + 1)])
    },
  },
  {
    name: 'sweeping removes what expired before a time, and counts it',
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
    name: 'sweeping spares what was given a longer life',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.add([session('s', now)])
      await store.add([session('s', later)])
      strictEqual(await store.sweep(now + 1), 0)
      sameEntries(await store.find([session('s')]), [session('s')])
    },
  },
]

/** What a store keeps, finds and removes. */
export const revocationKeepingCases: readonly ContractCase<RevocationStore>[] = [
  ...merging,
  ...finding,
  ...expiring,
]
