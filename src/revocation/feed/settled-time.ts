/** What {@link createSettledTime} is built from. */
export interface SettledTimeParts {
  /** Unix time in seconds. */
  readonly now: () => number
  /** Seconds on a clock that never jumps. */
  readonly monotonic: () => number
  /** Seconds for which the two must have agreed. */
  readonly settleAfter: number
}

/** Seconds. By as much two clocks may differ; entries are kept for longer than that beyond their use. */
const clockSpread = 60

/**
 * A time that is good enough to forget revocations by: one that surely has come. It is the wall clock less a minute,
 * while that has kept step with the monotonic clock, to a minute, for `settleAfter`; otherwise 0. A clock that has just
 * jumped, or that nobody has watched for long enough, may be put right again, and what was forgotten meanwhile would
 * be accepted again. When `settleAfter` is the longest life of an entry, whatever was there before a jump has truly
 * expired once the time is settled again.
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
