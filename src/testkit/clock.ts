/** A clock that stands still until it is told to move. */
export interface FakeClock {
  /** Unix time in seconds. */
  readonly now: () => number
  /** Moves it forward, or back. */
  advance(seconds: number): void
}

/**
 * A clock for tests, to be given wherever an option `now` is.
 *
 * @param start Unix time in seconds. Default 1,800,000,000 (in January 2027).
 * @example
 * const clock = fakeClock()
 * const issuer = createSessions({ now: clock.now, … })
 * clock.advance(900)
 */
export function fakeClock(start = 1_800_000_000): FakeClock {
  let time = start
  return {
    now: () => time,
    advance: (seconds) => {
      time += seconds
    },
  }
}
