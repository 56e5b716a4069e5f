import { createSettledTime, passedAtStore, type SessionStore } from 'jotgate/extend'

/** Options of {@link createSessionSweep}. */
export interface SweepParts {
  readonly sessions: SessionStore
  /** Seconds for which the clock must have run evenly. */
  readonly settleAfter: number
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** Seconds on a clock that never jumps. Default: `performance.now() / 1000`. */
  readonly monotonic?: () => number
}

/**
 * Makes the function that removes expired sessions. They are removed for all processes and for good, so only once this
 * process's clock has run evenly for a while, and the store's clock, if it has one, has passed their expiry too.
 *
 * @example const sweep = createSessionSweep({ sessions, settleAfter: 3000 })
 */
export function createSessionSweep(parts: SweepParts): () => Promise<void> {
  const { sessions, settleAfter } = parts
  const { now = () => Date.now() / 1000, monotonic = () => performance.now() / 1000 } = parts
  const settled = createSettledTime({ now: () => Math.floor(now()), monotonic, settleAfter })
  return async () => {
    const before = await passedAtStore(sessions, settled())
    if (before > 0) await sessions.sweep(before)
  }
}
