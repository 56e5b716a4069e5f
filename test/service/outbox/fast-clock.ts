const speed = 10

/**
 * A clock that all processes of this machine agree on, and that runs ten times as fast: pauses between attempts are short then, as
 * is the lease of a process that was killed. In Unix milliseconds.
 */
export const fastClock = (): number => (Date.now() - 1_700_000_000_000) * speed

/** Bounds by that clock, but for what this process times itself: an attempt, and how often it looks. */
export const limits = { deadlineMs: 2_000, leaseMs: 60_000, lookEvery: 100, atOnce: 32 } as const
