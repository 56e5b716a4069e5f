import { pageOf, type Lockouts, type LockoutTimes } from './lockouts.js'
import { createMemoryLocks } from './memory-locks.js'

/** Lockouts of this process alone. */
export function memoryLockouts(times: LockoutTimes): Lockouts {
  const accounts = new Map<string, Failures>()
  const locks = createMemoryLocks()
  let sweepAt = 1000
  const sweep = (now: number) => {
    if (accounts.size < sweepAt) return
    for (const [account, { keptUntil }] of accounts) if (keptUntil <= now) accounts.delete(account)
    sweepAt = Math.max(1000, 2 * accounts.size)
  }
  return {
    record: ({ name, user }, guess) => {
      const now = Date.now()
      const found = accounts.get(name)
      const before = found !== undefined && found.keptUntil > now ? found : undefined
      if (before !== undefined && before.lockedUntil > now)
        return Promise.resolve({ kind: 'locked' })
      if (guess === 'right') accounts.delete(name)
      if (guess !== 'wrong') return Promise.resolve({ kind: 'open' })
      sweep(now)
      const after = oneMore(before, now, times)
      accounts.set(name, after)
      const { count: wrong, lockedUntil: until } = after
      if (until <= now) return Promise.resolve({ kind: 'open' })
      if (user !== undefined) locks.add({ id: name, user, until, wrong }, now)
      return Promise.resolve({ kind: 'locks', until, wrong })
    },
    list: ({ user, ...page }) => {
      const live = locks.live(Date.now())
      const own = user === undefined ? live : live.filter((lock) => lock.user === user)
      return Promise.resolve(pageOf(own, page))
    },
    find: (id) => Promise.resolve(locks.live(Date.now()).find((lock) => lock.id === id)),
    unlock: ({ id }) => {
      accounts.delete(id)
      locks.remove(id)
      return Promise.resolve()
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
