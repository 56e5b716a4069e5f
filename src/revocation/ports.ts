import type { StoreClock } from '../foundation/settled-time.js'

/** What revocation needs of a store. Times are Unix seconds, whole numbers. */

/**
 * Something revoked, of one issuer. `jti` and `sid` refuse the tokens of one id or session; `sub` (one subject) and `all`
 * refuse tokens issued at or before `before`, and so does `client`, which without `before` refuses every token of the client.
 */
export type RevocationEntry = {
  readonly issuer: string
  /** Kept until then: the longest life of the refused tokens, plus every allowed clock tolerance. */
  readonly expiresAt: number
} & (
  | { readonly kind: 'jti' | 'sid'; readonly value: string }
  | { readonly kind: 'client'; readonly value: string; readonly before?: number }
  | { readonly kind: 'sub'; readonly value: string; readonly before: number }
  | { readonly kind: 'all'; readonly before: number }
)

/** Identifies an entry: issuer, kind and, except for `all`, value. Two entries of the same name are merged into one. */
export type RevocationName =
  | {
      readonly issuer: string
      readonly kind: 'jti' | 'sid' | 'client' | 'sub'
      readonly value: string
    }
  | { readonly issuer: string; readonly kind: 'all' }

/**
 * Keeps revocation entries. Entries are only added and extended, until they have expired. Each method enforces a deadline
 * of its own. `clock` is the clock of the store's server, if it has one: no entry is swept before that has passed its time.
 */
export interface RevocationStore extends StoreClock {
  /**
   * Adds entries. Of two with the same name the later `before` and the later `expiresAt` are kept; an entry without
   * `before` is later than any with one. Resolves when the store
   * has acknowledged all of them, at as many replicas as it was configured to wait for. Idempotent and commutative: calls
   * may be repeated, in any order, by any number of processes.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(entries: readonly RevocationEntry[]): Promise<void>
  /** The entries with these names, as far as they exist: for a check of the store itself (`isRevokedStrict`). */
  find(names: readonly RevocationName[]): Promise<readonly RevocationEntry[]>
  /**
   * The entries with these names, and the epoch of the issuer, in one question: for a process that has not heard from the
   * store for too long. The server must be a primary that accepts writes, as for a heartbeat (with `minReplicas`, and reach
   * that many), or it cannot tell what has been revoked. Without this method `whenStale: 'ask'` is a ConfigError.
   *
   * @throws AuthError STORE_UNAVAILABLE, also for a server that is no primary, and for an issuer that has no epoch yet
   */
  ask?(question: StoreQuestion): Promise<StoreAnswer>
  /**
   * Opens a feed. The store first notes its current position; every entry added anywhere from then on is passed to
   * `listener.add`, in order and without a gap, by whatever means the store has (stream, notification, polling). Additions
   * that change nothing may be left out.
   */
  open(request: FeedRequest): Promise<RevocationFeed>
  /** Removes entries that expired before `before`; returns their number. */
  sweep(before: number): Promise<number>
}

/** Argument of {@link RevocationStore.ask}. */
export interface StoreQuestion {
  /** Whose epoch proves that the store still has its data: the `issuer` of `createRevocation`. */
  readonly issuer: string
  readonly names: readonly RevocationName[]
}

/** Answer of {@link RevocationStore.ask}. */
export interface StoreAnswer {
  /** As of a feed. */
  readonly epoch: string
  /** Those of the names that exist. */
  readonly entries: readonly RevocationEntry[]
}

/** Argument of {@link RevocationStore.open}. */
export interface FeedRequest {
  /**
   * An `all` entry up to now. A store that has no epoch for the issuer of this entry creates one and adds the entry, in one
   * atomic step. On the very first start it refuses no token in use; after a loss of all data it costs every client one
   * refresh. The memory store has no epochs: it is as old as its process.
   */
  readonly firstEntry: RevocationEntry & { readonly kind: 'all' }
  readonly listener: FeedListener
}

/** Receives the entries of a feed, and its end. */
export interface FeedListener {
  /** Called synchronously, in the order of the store. */
  add(entries: readonly RevocationEntry[]): void
  /**
   * The feed has ended and delivers nothing more: its connection is gone, entries are missing (a trimmed stream, a restored
   * backup, a new epoch), its server is no primary any more, or a deadline was missed. Called at most once. Open another feed.
   */
  lost(cause: unknown): void
}

/** An open feed: a snapshot of the store, the entries added from now on, and heartbeats that prove that none is missing. */
export interface RevocationFeed {
  /** Random id of the data in the store. It changes when the store was emptied and started again. */
  readonly epoch: string
  /** Whether opening this feed has created the epoch: at the very first start, or because all data was lost. */
  readonly isNewEpoch: boolean
  /**
   * All entries of the store that have not expired at `now`, in pages of at most some thousands. May repeat entries that
   * the listener also receives.
   */
  snapshot(now: number): AsyncIterable<readonly RevocationEntry[]>
  /**
   * A heartbeat through the store. Resolves when the listener has received every entry that the store had acknowledged to
   * anyone before this call, and the primary has answered (with `minReplicas`, confirmed by that many replicas). Rejects
   * after its deadline; then the connections of the feed are destroyed and `lost` is called.
   */
  heartbeat(): Promise<void>
  /**
   * Like `add` of the store, but at the very server that this feed follows: after a failover the store may for a while
   * write to another server, whose entries no feed delivers.
   */
  add(entries: readonly RevocationEntry[]): Promise<void>
  /** Closes the feed and its connections; `lost` is not called. */
  close(): void
}
