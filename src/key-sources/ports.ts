/**
 * What a key ring needs of a store: one text with a number, changed by whoever saw it last. The text is encrypted and
 * authenticated by the ring; the store can not read it, and need not understand it.
 */

/** One state of a ring. */
export interface StoredRing {
  /** 1 for the first state, and one more for each that follows. */
  readonly revision: number
  /** ASCII text of at most 64 KiB. */
  readonly sealed: string
}

/**
 * Where a key ring lives. Both methods are atomic and have their own deadline; a store that does not answer rejects with
 * `AuthError` `STORE_UNAVAILABLE`.
 */
export interface KeyRingStore {
  /** The newest state; undefined when there has never been one. */
  read(): Promise<StoredRing | undefined>
  /**
   * Writes a state if the one before it, `revision - 1`, is still the newest; false when it is not, and then nothing
   * has changed. After a rejection it may or may not have been written.
   */
  write(next: StoredRing): Promise<boolean>
}
