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

/** Where revocations live. The set only grows, until entries have expired. */
export interface RevocationStore {
  /** Keeps an entry; the same entry twice is one. Resolves when the store has confirmed it. */
  add(entry: RevocationEntry): Promise<void>
  /** Entries after a position, oldest first, that have not expired at `now`; position 0 is before all of them. */
  read(after: number, now: number): Promise<readonly StoredRevocation[]>
  /** Removes entries that expired before `before`; how many. */
  sweep(before: number): Promise<number>
}
