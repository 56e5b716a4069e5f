import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { RevocationEntry, RevocationStore } from '../revocation/ports.js'
import type { ContractCase } from './contract.js'

const now = 1_800_000_000
const issuer = 'https://auth.example'
const later = now + 1000

function session(value: string, expiresAt = later): RevocationEntry {
  return { kind: 'sid', issuer, value, expiresAt }
}

function subject(value: string, before: number, expiresAt = later): RevocationEntry {
  return { kind: 'sub', issuer, value, before, expiresAt }
}

async function entriesOf(store: RevocationStore, after = 0): Promise<RevocationEntry[]> {
  return (await store.read(after, now)).entries.map(({ entry }) => entry)
}

/** A store with some entries in it. */
async function fill(
  makeStore: () => RevocationStore | Promise<RevocationStore>,
  entries: readonly RevocationEntry[],
): Promise<RevocationStore> {
  const store = await makeStore()
  for (const entry of entries) await store.add(entry)
  return store
}

const kinds: readonly RevocationEntry[] = [
  { kind: 'jti', issuer, value: 'token-1', expiresAt: later },
  session('session-1'),
  { kind: 'client', issuer, value: 'app', expiresAt: later },
  subject('user-1', now),
  { kind: 'all', issuer, before: now, expiresAt: later },
]

const keeping: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'an empty store has no entries and stands at position 0',
    run: async (makeStore) => {
      deepStrictEqual(await (await makeStore()).read(0, now), { entries: [], last: 0 })
    },
  },
  {
    name: 'entries of every kind come back whole, in the order in which they were added',
    run: async (makeStore) => {
      deepStrictEqual(await entriesOf(await fill(makeStore, kinds)), kinds)
    },
  },
  {
    name: 'values come back letter by letter and are told apart by capitals',
    run: async (makeStore) => {
      const entries = [`o'Neil "\\" $1 ?1 🔑`, 'Abc', 'abc'].map((value) => session(value))
      deepStrictEqual(await entriesOf(await fill(makeStore, entries)), entries)
    },
  },
  {
    name: 'one value of two issuers is two entries',
    run: async (makeStore) => {
      const entries = [session('s'), { ...session('s'), issuer: 'https://other.example' }]
      deepStrictEqual(await entriesOf(await fill(makeStore, entries)), entries)
    },
  },
  {
    name: 'one value of two kinds is two entries',
    run: async (makeStore) => {
      const token: RevocationEntry = { kind: 'jti', issuer, value: 'x', expiresAt: later }
      const entries = [session('x'), token]
      deepStrictEqual(await entriesOf(await fill(makeStore, entries)), entries)
    },
  },
]

const following: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'positions grow, and reading goes on after any of them',
    run: async (makeStore) => {
      const store = await fill(makeStore, kinds)
      const { entries, last } = await store.read(0, now)
      const positions = entries.map(({ position }) => position)
      deepStrictEqual(
        positions,
        [...positions].sort((one, other) => one - other),
      )
      strictEqual(new Set(positions).size, kinds.length)
      strictEqual(last, positions.at(-1))
      deepStrictEqual(await entriesOf(store, positions[1]), kinds.slice(2))
      deepStrictEqual(await entriesOf(store, last), [])
    },
  },
  {
    name: 'the same entry twice is one, at its old position',
    run: async (makeStore) => {
      const store = await fill(makeStore, [session('s')])
      const { last } = await store.read(0, now)
      await store.add(session('s'))
      deepStrictEqual(await store.read(last, now), { entries: [], last })
      strictEqual((await store.read(0, now)).entries.length, 1)
    },
  },
  {
    name: 'a longer life of an entry is told to those who have read the shorter one',
    run: async (makeStore) => {
      const store = await fill(makeStore, [session('s'), session('t')])
      const { last } = await store.read(0, now)
      await store.add(session('s', later + 5))
      deepStrictEqual(await entriesOf(store, last), [session('s', later + 5)])
      deepStrictEqual(await entriesOf(store), [session('t'), session('s', later + 5)])
    },
  },
  {
    name: 'a shorter life does not shorten the one that is kept',
    run: async (makeStore) => {
      const store = await fill(makeStore, [session('s'), session('s', later - 5)])
      deepStrictEqual(await entriesOf(store), [session('s')])
    },
  },
  {
    name: 'of two cut-offs the later stands, in either order, with the later expiry',
    run: async (makeStore) => {
      const one = subject('u', now, later + 9)
      const two = subject('u', now + 5, later)
      for (const order of [
        [one, two],
        [two, one],
      ]) {
        const store = await fill(makeStore, order)
        deepStrictEqual(await entriesOf(store), [subject('u', now + 5, later + 9)])
      }
    },
  },
  {
    name: 'fifty entries added at once all arrive, each at its own position',
    run: async (makeStore) => {
      const store = await makeStore()
      const names = Array.from({ length: 50 }, (_, index) => `session-${String(index)}`)
      await Promise.all(names.map((name) => store.add(session(name))))
      const { entries } = await store.read(0, now)
      strictEqual(new Set(entries.map(({ position }) => position)).size, names.length)
      deepStrictEqual(
        new Set(entries.map(({ entry }) => 'value' in entry && entry.value)),
        new Set(names),
      )
    },
  },
]

const expiring: readonly ContractCase<RevocationStore>[] = [
  {
    name: 'an entry is not given out from its expiry on',
    run: async (makeStore) => {
      const store = await fill(makeStore, [session('s', now + 1), session('t', now)])
      deepStrictEqual(await entriesOf(store), [session('s', now + 1)])
    },
  },
  {
    name: 'sweeping removes what expired before a time, and counts it',
    run: async (makeStore) => {
      const store = await fill(makeStore, [session('s', now), session('t', now + 1), session('u')])
      strictEqual(await store.sweep(now), 0)
      strictEqual(await store.sweep(now + 1), 1)
      deepStrictEqual(await entriesOf(store), [session('t', now + 1), session('u')])
    },
  },
  {
    name: 'positions go on growing when everything has been swept: no later entry is missed',
    run: async (makeStore) => {
      const store = await fill(makeStore, [session('s', now), session('t', now)])
      const { last } = await store.read(0, now - 1)
      await store.sweep(now + 1)
      ok((await store.read(last, now)).last >= last)
      await store.add(session('u'))
      deepStrictEqual(await entriesOf(store, last), [session('u')])
    },
  },
]

/**
 * Everything that revocation relies on in its store, for users' own stores and for ours. Takes any test runner.
 *
 * @example
 * for (const { name, run } of revocationStoreContract) test(name, () => run(() => myStore()))
 */
export const revocationStoreContract: readonly ContractCase<RevocationStore>[] = [
  ...keeping,
  ...following,
  ...expiring,
]
