/** A clock that moves only when a test moves it. */
export interface FakeClock {
  /** Unix time in seconds. */
  readonly now: () => number
  /** Moves the clock forward, or back for negative seconds. */
  advance(seconds: number): void
}

/**
 * A clock for tests; pass its `now` wherever there is an option `now`.
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
