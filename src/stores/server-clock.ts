/** The clock of a server, as far as this process can tell; milliseconds. What carries a time of it can not have an effect late. */
export interface ServerClock {
  /** The server's time when this process's clock will show `at`, with some slack; 0 while nothing is known. */
  timeAt(at: number): number
  /** Notes what the server's clock has just shown. */
  note(serverMs: number): void
}

/**
 * By how much something may still be done after its deadline. Clocks of a cluster's servers differ; and a rotation that
 * is this late is inside every client's grace.
 */
const slackMs = 500

/** @param now milliseconds of a clock that nobody sets: `performance.now` */
export function createServerClock(now: () => number): ServerClock {
  let ahead: number | undefined
  return {
    timeAt: (at) => (ahead === undefined ? 0 : Math.floor(ahead + at + slackMs)),
    note: (serverMs) => {
      ahead = serverMs - now()
    },
  }
}
