import type { FeedListener, RevocationEntry, RevocationStore } from '../../src/revocation/ports.js'

export const now = 1_800_000_000
export const issuer = 'https://auth.example'
export const later = now + 1000
export const firstEntry = { kind: 'all', issuer, before: now - 100, expiresAt: later } as const

/** A revoked session. */
export function session(value: string, expiresAt = later): RevocationEntry {
  return { kind: 'sid', issuer, value, expiresAt }
}

/** Keeps what a feed tells. */
export function recorder() {
  const entries: RevocationEntry[] = []
  const causes: unknown[] = []
  const listener: FeedListener = {
    add: (added) => {
      entries.push(...added)
    },
    lost: (cause) => {
      causes.push(cause)
    },
  }
  return { entries, causes, listener }
}

/** Follows a store. */
export async function follow(store: RevocationStore) {
  const told = recorder()
  const feed = await store.open({ firstEntry, listener: told.listener })
  return { ...told, feed }
}

/** What a feed's snapshot has, and in how many slices. */
export async function readWhole(feed: Awaited<ReturnType<RevocationStore['open']>>, at = now) {
  const entries: RevocationEntry[] = []
  let slices = 0
  for await (const slice of feed.snapshot(at)) {
    entries.push(...slice)
    slices++
  }
  return { entries, slices }
}
