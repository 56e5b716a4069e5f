/** The result of a comparison; `none` where nothing has been compared. */
export type Guess = 'none' | 'right' | 'wrong'

/** Accounts with their wrong passwords in a row, and the time until which each is locked. */
export interface Lockouts {
  /**
   * Whether an account is open at this moment. The guess counts only if it is: a right one clears the count, and a wrong one
   * beyond the allowance locks the account. Both happen in one atomic step over all processes.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  record(account: string, guess: Guess): Promise<boolean>
}

/** When accounts are locked, and for how long. */
export interface LockoutTimes {
  /** Wrong passwords in a row before the first lockout. */
  readonly allowance: number
  /** Milliseconds of the first lockout; each further one is twice as long. */
  readonly first: number
  /** Milliseconds of the longest lockout. */
  readonly longest: number
  /** Milliseconds that a count is kept after its first wrong password, or until a lockout ends that began before. */
  readonly kept: number
}

/** Lockouts of this process alone. */
export function memoryLockouts(times: LockoutTimes): Lockouts {
  const accounts = new Map<string, Failures>()
  let sweepAt = 1000
  const sweep = (now: number) => {
    if (accounts.size < sweepAt) return
    for (const [account, { keptUntil }] of accounts) if (keptUntil <= now) accounts.delete(account)
    sweepAt = Math.max(1000, 2 * accounts.size)
  }
  return {
    record: (account, guess) => {
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
  /** Unix time in milliseconds. */
  readonly lockedUntil: number
  /** Unix time in milliseconds. */
  readonly keptUntil: number
}

function oneMore(before: Failures | undefined, now: number, times: LockoutTimes): Failures {
  const { allowance, first, longest, kept } = times
  const count = (before?.count ?? 0) + 1
  const lockout = count > allowance ? Math.min(longest, first * 2 ** (count - allowance - 1)) : 0
  const lockedUntil = now + lockout
  return { count, lockedUntil, keptUntil: Math.max(before?.keptUntil ?? now + kept, lockedUntil) }
}
