/** What {@link createSettledTime} needs. */
export interface SettledTimeParts {
  /** Unix time in seconds. */
  readonly now: () => number
  /** Seconds on a clock that never jumps. */
  readonly monotonic: () => number
  /** Seconds for which both clocks must have agreed. */
  readonly settleAfter: number
}

/** Seconds by which the clocks may differ. What expires is kept longer than needed by more than that. */
const clockSpread = 60

/**
 * A time that has certainly passed, so that what expired by then may be removed from a store that others share. It is the
 * wall clock less a minute, once that clock has agreed with the monotonic clock to a minute for `settleAfter` seconds;
 * before that it is 0. A clock that has just jumped may be corrected later, and what was removed in between would be
 * missing: a key that other processes still sign with, a session, an entry that refuses a token. With `settleAfter` no
 * shorter than the longest life of what is removed, all of it from before a jump has really expired when the time is
 * settled again. Where the store has a clock, also ask that: {@link passedAtStore}.
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

/** The clock of a store's server, which all its processes share: a method of each port. */
export interface StoreClock {
  /** Unix time in seconds, fractions allowed. Absent where the store has no clock but this machine's. */
  clock?(): Promise<number>
}

/**
 * The part of a settled time that has passed by the store's clock too: a process whose clock was wrong from its start
 * removes nothing early. 0 where that clock cannot be read now: then nothing is removed.
 *
 * @example const before = await passedAtStore(store, settledTime())
 */
export async function passedAtStore(store: StoreClock, settled: number): Promise<number> {
  if (settled === 0 || store.clock === undefined) return settled
  try {
    return Math.min(settled, Math.floor((await store.clock()) - clockSpread))
  } catch {
    return 0 // Whatever could be removed can also be removed later.
  }
}
