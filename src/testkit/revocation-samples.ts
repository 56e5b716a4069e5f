import { deepStrictEqual } from 'node:assert/strict'
import type { RevocationEntry, RevocationFeed, RevocationStore } from '../revocation/ports.js'

/** Unix seconds at which the cases take place. */
export const now = 1_800_000_000
/** An expiry well after it. */
export const later = now + 1000
/** Whose tokens the entries are about. */
export const issuer = 'https://auth.example'

/** An entry about a session. */
export function session(value: string, expiresAt = later): RevocationEntry {
  return { kind: 'sid', issuer, value, expiresAt }
}

/** An entry about a subject's tokens up to a time. */
export function subject(value: string, before: number, expiresAt = later): RevocationEntry {
  return { kind: 'sub', issuer, value, before, expiresAt }
}

/** One entry of every kind. */
export const kinds: readonly RevocationEntry[] = [
  { kind: 'jti', issuer, value: 'token-1', expiresAt: later },
  session('session-1'),
  { kind: 'client', issuer, value: 'app', expiresAt: later },
  subject('user-1', now),
  { kind: 'all', issuer, before: now + 7, expiresAt: later },
]

/** A feed with all that it has said. */
export interface Heard {
  readonly feed: RevocationFeed
  readonly heard: RevocationEntry[]
  readonly lost: unknown[]
}

/** Opens a feed; what a new store begins with is an entry of an issuer that no case speaks of. */
export async function openFeed(
  store: RevocationStore,
  of = 'https://bystander.example',
): Promise<Heard> {
  const heard: RevocationEntry[] = []
  const lost: unknown[] = []
  const feed = await store.open({
    whenNew: { kind: 'all', issuer: of, before: now, expiresAt: later },
    listener: {
      add: (entries) => heard.push(...entries),
      lost: (cause) => lost.push(cause),
    },
  })
  return { feed, heard, lost }
}

/** Opens a feed for as long as something is done with it. */
export async function withFeed<T>(
  store: RevocationStore,
  use: (opened: Heard) => Promise<T>,
): Promise<T> {
  const opened = await openFeed(store)
  try {
    return await use(opened)
  } finally {
    opened.feed.close()
  }
}

/** Every entry of a snapshot about {@link issuer} or another that cases name, each slice checked for its size. */
export async function snapshotOf(feed: RevocationFeed, at = now): Promise<RevocationEntry[]> {
  const all: RevocationEntry[] = []
  for await (const entries of feed.snapshot(at)) {
    if (entries.length > 10_000) throw new Error('a slice of a snapshot is too large')
    all.push(...entries)
  }
  return told(all)
}

/** What a store holds. */
export function contentsOf(store: RevocationStore, at = now): Promise<RevocationEntry[]> {
  return withFeed(store, ({ feed }) => snapshotOf(feed, at))
}

/** Without the entry that a new epoch begins with. */
export function told(entries: readonly RevocationEntry[]): RevocationEntry[] {
  return entries.filter((entry) => entry.issuer !== 'https://bystander.example')
}

/** Compares without order. */
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
