import { deepStrictEqual } from 'node:assert/strict'
import type { RevocationEntry, RevocationFeed, RevocationStore } from '../revocation/ports.js'

/** The time of all cases, in Unix seconds. */
export const now = 1_800_000_000
/** An expiry well after {@link now}. */
export const later = now + 1000
/** Issuer of the entries. */
export const issuer = 'https://auth.example'

/** An entry for a session. */
export function session(value: string, expiresAt = later): RevocationEntry {
  return { kind: 'sid', issuer, value, expiresAt }
}

/** An entry for the tokens of a subject that were issued at or before a time. */
export function subject(value: string, before: number, expiresAt = later): RevocationEntry {
  return { kind: 'sub', issuer, value, before, expiresAt }
}

/** The cut-off of a session: the name of such a `sub` begins as no claim's does. */
export function sessionCutOff(sid: string, before: number, expiresAt = later): RevocationEntry {
  return subject(`\u0001s${sid}`, before, expiresAt)
}

/** One entry of every kind. */
export const kinds: readonly RevocationEntry[] = [
  { kind: 'jti', issuer, value: 'token-1', expiresAt: later },
  session('session-1'),
  { kind: 'client', issuer, value: 'app', expiresAt: later },
  subject('user-1', now),
  sessionCutOff('session-2', now + 90),
  { kind: 'all', issuer, before: now + 7, expiresAt: later },
]

/** A feed, and what it has delivered. */
export interface OpenFeed {
  readonly feed: RevocationFeed
  readonly delivered: RevocationEntry[]
  /** Causes with which `lost` was called. */
  readonly lost: unknown[]
}

/** Issuer of the first entry of a new store; no case uses it otherwise. */
const otherIssuer = 'https://bystander.example'

/** Opens a feed. */
export async function openFeed(
  store: RevocationStore,
  firstIssuer = otherIssuer,
): Promise<OpenFeed> {
  const delivered: RevocationEntry[] = []
  const lost: unknown[] = []
  const feed = await store.open({
    firstEntry: { kind: 'all', issuer: firstIssuer, before: now, expiresAt: later },
    listener: {
      add: (entries) => delivered.push(...entries),
      lost: (cause) => lost.push(cause),
    },
  })
  return { feed, delivered, lost }
}

/** Opens a feed for the duration of `use`. */
export async function withFeed<T>(
  store: RevocationStore,
  use: (opened: OpenFeed) => Promise<T>,
): Promise<T> {
  const opened = await openFeed(store)
  try {
    return await use(opened)
  } finally {
    opened.feed.close()
  }
}

/** All entries of a snapshot, except for the first entry of a new store. Checks the size of each page. */
export async function snapshotOf(feed: RevocationFeed, at = now): Promise<RevocationEntry[]> {
  const all: RevocationEntry[] = []
  for await (const entries of feed.snapshot(at)) {
    if (entries.length > 10_000)
      throw new Error('a page of a snapshot has more than 10,000 entries')
    all.push(...entries)
  }
  return ofCases(all)
}

/** All entries of a store, except for the first entry of a new store. */
export function contentsOf(store: RevocationStore, at = now): Promise<RevocationEntry[]> {
  return withFeed(store, ({ feed }) => snapshotOf(feed, at))
}

/** Without the first entry of a new store. */
export function ofCases(entries: readonly RevocationEntry[]): RevocationEntry[] {
  return entries.filter((entry) => entry.issuer !== otherIssuer)
}

/** Compares two lists of entries, ignoring the order. */
export function sameEntries(
  actual: readonly RevocationEntry[],
  expected: readonly RevocationEntry[],
): void {
  deepStrictEqual(actual.map(textOf).sort(), expected.map(textOf).sort())
}

function textOf(entry: RevocationEntry): string {
  const value = 'value' in entry ? entry.value : null
  const before = 'before' in entry ? entry.before : null
  return JSON.stringify([entry.issuer, entry.kind, value, before, entry.expiresAt])
}
