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

/** An entry with its place in the order in which the store took them. */
export interface StoredRevocation {
  readonly position: number
  readonly entry: RevocationEntry
}

/** What a store answers to "what is new". */
export interface RevocationPage {
  /** Oldest first. */
  readonly entries: readonly StoredRevocation[]
  /**
   * Highest position that the store has, 0 for an empty one. Lower than a position that was read before means that
   * the store has lost entries: an older copy was put back.
   */
  readonly last: number
}

/** Where revocations live. The set only grows, until entries have expired. */
export interface RevocationStore {
  /**
   * Keeps an entry; the same entry twice is one. Of two with the same issuer, kind and value the later `before` and
   * the later `expiresAt` stand, at a new position when that changes anything. Resolves when the store has confirmed it.
   */
  add(entry: RevocationEntry): Promise<void>
  /**
   * Entries after a position that have not expired at `now`; position 0 is before all of them. Positions grow in the
   * order in which entries become visible: whoever has read up to n never misses one below n.
   */
  read(after: number, now: number): Promise<RevocationPage>
  /** Removes entries that expired before `before`; how many. May keep the newest one, to remember its position. */
  sweep(before: number): Promise<number>
}
