/** A count of attempts. */
export interface AttemptCount {
  readonly count: number
  /** Seconds until it begins anew; 0 when nothing is counted. */
  readonly endsIn: number
}

/**
 * Counts attempts by name, each for a window of time. Names are at most 64 characters: a kind, a colon, and a hash, so
 * that nothing in it tells an account or an address. A store that does not answer rejects; no password is then compared.
 */
export interface AttemptStore {
  /**
   * Adds `by` to a count in one atomic step over all processes, and returns it, never below 0. `by` 0 only reads. A count
   * that is not there or has ended is 0, and lasts `seconds` from its first addition.
   */
  add(name: string, by: -1 | 0 | 1, seconds: number): Promise<AttemptCount>
  /** Sets a count, which lasts `seconds` from now; 0 removes it. */
  set(name: string, count: number, seconds: number): Promise<void>
}
