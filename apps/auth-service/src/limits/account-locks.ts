/** What a comparison has come to; `none` where nothing has been compared. */
export type Guess = 'none' | 'right' | 'wrong'

/** Accounts with the wrong passwords they were sent in a row, and until when each is left alone for them. */
export interface AccountLocks {
  /**
   * Whether an account is open at this moment. Only if it is, the guess counts: a right one begins anew, a wrong one too
   * many locks it. Both happen in one step, over all processes: of guesses that end at once, one is the first.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  takes(account: string, guess: Guess): Promise<boolean>
}

/** When accounts are locked, and for how long. */
export interface LockTimes {
  /** Wrong passwords in a row that nobody is made to wait for. */
  readonly free: number
  /** Milliseconds of the first wait; each further one is twice as long. */
  readonly firstWait: number
  /** Milliseconds that no wait is longer than. */
  readonly longestWait: number
  /** Milliseconds after the first of them that wrong passwords are remembered, or until a wait ends that began before. */
  readonly kept: number
}

/** Locks of this process alone. */
export function memoryLocks(times: LockTimes): AccountLocks {
  const accounts = new Map<string, Failures>()
  let sweepAt = 1000
  const sweep = (now: number) => {
    if (accounts.size < sweepAt) return
    for (const [account, { keptUntil }] of accounts) if (keptUntil <= now) accounts.delete(account)
    sweepAt = Math.max(1000, 2 * accounts.size)
  }
  return {
    takes: (account, guess) => {
      const now = Date.now()
      const found = accounts.get(account)
      const before = found !== undefined && found.keptUntil > now ? found : undefined
      const isOpen = before === undefined || before.lockedUntil <= now
      if (isOpen && guess === 'right') accounts.delete(account)
      if (isOpen && guess === 'wrong') {
        sweep(now)
        accounts.set(account, oneMore(before, now, times))
      }
      return Promise.resolve(isOpen)
    },
  }
}

interface Failures {
  readonly count: number
  /** Milliseconds since 1970, as is the other one. */
  readonly lockedUntil: number
  readonly keptUntil: number
}

function oneMore(before: Failures | undefined, now: number, times: LockTimes): Failures {
  const { free, firstWait, longestWait, kept } = times
  const count = (before?.count ?? 0) + 1
  const wait = count > free ? Math.min(longestWait, firstWait * 2 ** (count - free - 1)) : 0
  const lockedUntil = now + wait
  return { count, lockedUntil, keptUntil: Math.max(before?.keptUntil ?? now + kept, lockedUntil) }
}
