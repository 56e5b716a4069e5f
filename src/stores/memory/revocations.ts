import type {
  FeedListener,
  FeedRequest,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
} from '../../revocation/ports.js'

const epoch = 'memory'
/** Number of entries in one page of a snapshot. */
const slice = 2000

/**
 * Revocations in this process: the reference for every other store. It has one epoch, because its entries and all their
 * readers end together with the process.
 */
export function memoryRevocations(): RevocationStore {
  const entries = new Map<string, RevocationEntry>()
  const listeners = new Set<FeedListener>()
  const add = (added: readonly RevocationEntry[]) => {
    const changed = added.map((entry) => put(entries, entry)).filter((entry) => entry !== null)
    if (changed.length > 0) for (const listener of [...listeners]) listener.add(changed)
    return Promise.resolve()
  }

  const find = (names: readonly RevocationName[]) =>
    Promise.resolve(names.flatMap((name) => entries.get(keyOf(name)) ?? []))
  return {
    add,
    find,
    ask: async ({ names }) => ({ epoch, entries: await find(names) }),
    open: ({ listener }: FeedRequest) =>
      Promise.resolve({ ...openFeed(entries, listeners, listener), add }),
    sweep: (before: number) => {
      const old = [...entries].filter(([, { expiresAt }]) => expiresAt < before)
      for (const [name] of old) entries.delete(name)
      return Promise.resolve(old.length)
    },
  }
}

function openFeed(
  entries: ReadonlyMap<string, RevocationEntry>,
  listeners: Set<FeedListener>,
  listener: FeedListener,
): Omit<RevocationFeed, 'add'> {
  // A separate object, so that one listener can be given to two feeds.
  const own: FeedListener = {
    add: (added) => {
      try {
        listener.add(added)
      } catch (cause) {
        // The other listeners are called all the same.
        listeners.delete(own)
        listener.lost(cause)
      }
    },
    lost: (cause) => {
      listener.lost(cause)
    },
  }
  listeners.add(own)
  return {
    epoch,
    isNewEpoch: false,
    snapshot: async function* (now: number) {
      let live: RevocationEntry[] = []
      // A Map may change during iteration: entries added meanwhile come last.
      for (const entry of entries.values()) {
        if (entry.expiresAt > now) live.push(entry)
        if (live.length < slice) continue
        yield await Promise.resolve(live)
        live = []
      }
      if (live.length > 0) yield live
    },
    heartbeat: () =>
      listeners.has(own) ? Promise.resolve() : Promise.reject(new Error('the feed is closed')),
    close: () => {
      listeners.delete(own)
    },
  }
}

/** Stores an entry; returns the stored one, or null when nothing has changed. */
function put(
  entries: Map<string, RevocationEntry>,
  added: RevocationEntry,
): RevocationEntry | null {
  const key = keyOf(added)
  const known = entries.get(key)
  const merged = merge(known, added)
  if (merged === known) return null
  entries.set(key, merged)
  return merged
}

function keyOf(name: RevocationName): string {
  return JSON.stringify([name.issuer, name.kind, 'value' in name ? name.value : ''])
}

/** Keeps the later of each time; returns the known entry itself when the added one changes nothing. */
function merge(known: RevocationEntry | undefined, added: RevocationEntry): RevocationEntry {
  if (known === undefined) return Object.freeze({ ...added })
  const expiresAt = Math.max(known.expiresAt, added.expiresAt)
  const later = cutOff(added) > cutOff(known) ? added : known
  if (expiresAt === known.expiresAt && later === known) return known
  return Object.freeze({ ...later, expiresAt })
}

/** Infinity for an entry that refuses tokens of any age. */
function cutOff(entry: RevocationEntry): number {
  return 'before' in entry ? entry.before : Infinity
}
