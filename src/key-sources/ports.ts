import type { StoreClock } from '../foundation/settled-time.js'

/**
 * The store of a key ring: one text with a revision, written by compare-and-set. The ring encrypts and authenticates
 * the text; the store cannot read it.
 */

/** One state of a ring. */
export interface StoredRing {
  /** 1 for the first state, one more for each state that follows. */
  readonly revision: number
  /** ASCII text of at most 64 KiB. */
  readonly sealed: string
}

/**
 * Where a key ring is stored. `read` and `write` are atomic and have their own deadline; when the store does not answer they
 * reject with `AuthError` `STORE_UNAVAILABLE`. The optional `clock` is the clock of the store's server: nothing is removed
 * from the ring before that clock has passed its time too.
 */
export interface KeyRingStore extends StoreClock {
  /** The newest state; undefined when none was ever written. */
  read(): Promise<StoredRing | undefined>
  /**
   * Writes a state if the one before it, `revision - 1`, is still the newest; otherwise returns false and changes
   * nothing. After a rejection it may or may not have been written.
   */
  write(next: StoredRing): Promise<boolean>
}
