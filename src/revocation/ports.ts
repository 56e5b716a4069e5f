/** What revocation needs of a store. Times are Unix seconds, whole numbers. */

/**
 * One thing that is no longer good, from one issuer. `jti`, `sid` and `client` name a token, a session, a client;
 * `sub` and `all` refuse what was issued at or before `before`.
 */
export type RevocationEntry = {
  readonly issuer: string
  /** Kept until here: the longest life of what it refuses, plus every allowed clock tolerance. */
  readonly expiresAt: number
} & (
  | { readonly kind: 'jti' | 'sid' | 'client'; readonly value: string }
  | { readonly kind: 'sub'; readonly value: string; readonly before: number }
  | { readonly kind: 'all'; readonly before: number }
)

/** What an entry is about: issuer, kind and, but for `all`, value. Two entries of one name are merged into one. */
export type RevocationName =
  | {
      readonly issuer: string
      readonly kind: 'jti' | 'sid' | 'client' | 'sub'
      readonly value: string
    }
  | { readonly issuer: string; readonly kind: 'all' }

/** Where revocations live. The set only grows, until entries have expired. Every method has its own deadline. */
export interface RevocationStore {
  /**
   * Keeps entries, one or many; the same entry twice is one. Of two with the same name the later `before` and the later
   * `expiresAt` stand. Resolves when the store has confirmed all of them (at as many replicas as it was told to ask).
   * Idempotent and commutative: may be repeated, in any order, by any number of processes.
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(entries: readonly RevocationEntry[]): Promise<void>
  /** The entries of these names, as far as there are any: for a look at the truth itself (strict mode). */
  find(names: readonly RevocationName[]): Promise<readonly RevocationEntry[]>
  /**
   * Opens a feed. The place in the store's order is noted first; from then on whatever is added anywhere is handed to
   * `listener.add`, in order and without a gap, by whichever way the store has of being told (stream, notification,
   * polling). What changes nothing need not be handed out.
   */
  open(request: FeedRequest): Promise<RevocationFeed>
  /** Removes entries that expired before `before`; how many. */
  sweep(before: number): Promise<number>
}

/** What {@link RevocationStore.open} is told: what a store that knows no epoch begins with, and who is listening. */
export interface FeedRequest {
  /**
   * Kept, in one atomic step with a new epoch, when the store knows no epoch of this entry's issuer: an `all` entry up to
   * now. On a first start it refuses nothing; after a loss of everything it costs every client one refresh. The memory
   * store has no epochs: it is as old as its process.
   */
  readonly whenNew: RevocationEntry & { readonly kind: 'all' }
  readonly listener: FeedListener
}

/** Who a feed hands entries to, and tells of its end. */
export interface FeedListener {
  /** Called synchronously, in the store's order. */
  add(entries: readonly RevocationEntry[]): void
  /**
   * The feed has ended and nothing will come any more: connection gone, a gap (trimmed stream, an older copy put back, a
   * changed epoch), a demoted primary, a missed deadline. At most once. Open another one.
   */
  lost(cause: unknown): void
}

/** A feed that stands: all that its store holds, what is added from now on, and a heartbeat that says whether it is whole. */
export interface RevocationFeed {
  /** Changes when the store began anew. */
  readonly epoch: string
  /** Whether this call made the epoch (a first start, or everything was lost). */
  readonly begun: boolean
  /** All that the store holds that has not expired at `now`, in slices of at most some thousands. May repeat what the listener is given. */
  snapshot(now: number): AsyncIterable<readonly RevocationEntry[]>
  /**
   * A heartbeat through the store: resolves when everything that the store had confirmed to anybody before this call has
   * been handed to the listener, and the answer came from the primary (with `minReplicas`, confirmed by them). Rejects
   * after its deadline, and then the feed's connections are destroyed and `lost` is called.
   */
  beat(): Promise<void>
  /**
   * What the store's `add` does, at the very server that this feed follows: after a failover a store may for a while
   * write to another, which nobody hears of.
   */
  add(entries: readonly RevocationEntry[]): Promise<void>
  /** Ends it and frees its connections; `lost` is not called. */
  close(): void
}
