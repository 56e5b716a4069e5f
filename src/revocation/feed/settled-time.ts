/** What {@link createSettledTime} needs. */
export interface SettledTimeParts {
  /** Unix time in seconds. */
  readonly now: () => number
  /** Seconds on a clock that never jumps. */
  readonly monotonic: () => number
  /** Seconds for which both clocks must have agreed. */
  readonly settleAfter: number
}

/** Seconds by which the clocks may differ. Entries are kept longer than needed by more than that. */
const clockSpread = 60

/**
 * A time that has certainly passed, so that entries which expired by then may be removed. It is the wall clock less a
 * minute, once that clock has agreed with the monotonic clock to a minute for `settleAfter` seconds; before that it is 0.
 * A clock that has just jumped may be corrected later, and a token whose entry was removed in between would be accepted
 * again. With `settleAfter` no shorter than the longest life of an entry, all entries from before a jump have really
 * expired when the time is settled again.
 *
 * @example const settledTime = createSettledTime({ now, monotonic, settleAfter: 1260 })
 */
export function createSettledTime({ now, monotonic, settleAfter }: SettledTimeParts): () => number {
  let offset = now() - monotonic()
  let since = monotonic()

  return () => {
    const [wall, steady] = [now(), monotonic()]
    if (Math.abs(wall - steady - offset) > clockSpread) {
      offset = wall - steady
      since = steady
    }
    return steady - since >= settleAfter ? wall - clockSpread : 0
  }
}
