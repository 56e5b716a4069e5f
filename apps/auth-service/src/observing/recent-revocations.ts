import type { RevocationEntry, RevocationStore } from 'jotgate/extend'

/** An entry, and when this process received it. */
export interface RecentRevocation {
  readonly entry: RevocationEntry
  /** Unix time in seconds. */
  readonly seenAt: number
}

/** A store that remembers its most recent entries. */
export interface WatchedRevocations {
  readonly store: RevocationStore
  /** Newest first. */
  recent(): readonly RecentRevocation[]
}

/** Number of entries remembered. */
const kept = 100

/**
 * The same store, plus the most recent entries of its feed: revocations of any process, in the order in which this
 * process received them.
 *
 * @example const { store, recent } = watchRevocations(stores.revocations)
 */
export function watchRevocations(store: RevocationStore): WatchedRevocations {
  let recent: readonly RecentRevocation[] = []
  const remember = (entries: readonly RevocationEntry[]): void => {
    const seenAt = Math.floor(Date.now() / 1000)
    const fresh = entries.slice(-kept).reverse()
    recent = [...fresh.map((entry) => ({ entry, seenAt })), ...recent].slice(0, kept)
  }
  return {
    recent: () => recent,
    store: {
      ...store,
      open: ({ firstEntry, listener }) =>
        store.open({
          firstEntry,
          listener: {
            add: (entries) => {
              listener.add(entries)
              remember(entries)
            },
            lost: (cause) => {
              listener.lost(cause)
            },
          },
        }),
    },
  }
}
