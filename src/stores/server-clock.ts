/**
 * An estimate of a server's clock, in milliseconds. A command that carries its deadline as a server time cannot take
 * effect late.
 */
export interface ServerClock {
  /** The server's time when this process's clock will show `at`, plus some slack; 0 while unknown. */
  timeAt(at: number): number
  /** Records a time just read from the server's clock. */
  note(serverMs: number): void
}

/**
 * How late, in milliseconds, a command may still run. Clocks of a cluster's servers differ; and a rotation that is this
 * late is within every client's grace.
 */
const slackMs = 500

/** @param now milliseconds of a monotonic clock: `performance.now` */
export function createServerClock(now: () => number): ServerClock {
  let ahead: number | undefined
  return {
    timeAt: (at) => (ahead === undefined ? 0 : Math.floor(ahead + at + slackMs)),
    note: (serverMs) => {
      ahead = serverMs - now()
    },
  }
}
