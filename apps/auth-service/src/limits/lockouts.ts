import { hashOf } from './hash-of.js'

/** The result of a comparison; `none` where nothing has been compared. */
export type Guess = 'none' | 'right' | 'wrong'

/** A count of wrong passwords. */
export interface Counted {
  /** Its name: a hash of the account, or of the account and a known network. */
  readonly name: string
  /** The id of the account; undefined where there is no such account: then its locks are not listed. */
  readonly user: string | undefined
}

/** A lock of an account, or of an account at one known network. */
export interface Lock {
  /** The name of its count. */
  readonly id: string
  /** The id of the account. */
  readonly user: string
  /** Unix time in milliseconds. */
  readonly until: number
  /** Wrong passwords in a row. */
  readonly wrong: number
}

/** What a guess has come upon. */
export type Recorded =
  | { readonly kind: 'locked' | 'open' }
  /** This very guess locks the account. */
  | { readonly kind: 'locks'; readonly until: number; readonly wrong: number }

/** A page of locks: by the time when they end, then by id. */
export interface LockQuery {
  /** The locks of one account. Default: of all. */
  readonly user?: string | undefined
  /** The page begins after this lock. */
  readonly after?: Pick<Lock, 'until' | 'id'> | undefined
  readonly limit: number
}

/** Accounts with their wrong passwords in a row, and the time until which each is locked. */
export interface Lockouts {
  /**
   * Whether an account is open at this moment. The guess counts only if it is: a right one clears the count, and a wrong one
   * beyond the allowance locks the account, and notes the lock for the list. All of it happens in one atomic step over all
   * processes.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  record(account: Counted, guess: Guess): Promise<Recorded>
  /**
   * The locks that have not ended, of the {@link mostListed} that are kept, {@link mostOfAccount} of one account.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  list(query: LockQuery): Promise<readonly Lock[]>
  /** The lock of that id; undefined when it has ended. @throws AuthError STORE_UNAVAILABLE */
  find(id: string): Promise<Lock | undefined>
  /** Ends a lock, and forgets the wrong passwords. Again is the same as once. @throws AuthError STORE_UNAVAILABLE */
  unlock(lock: Pick<Lock, 'id' | 'user'>): Promise<void>
}

/** Locks that are kept for the list: what an attacker can fill is bounded. Those of accounts go before those at one network. */
export const mostListed = 10_000

/** Locks of one account that are kept for the list: a user has thousands of networks, and can lock itself at each. */
export const mostOfAccount = 20

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

/** Whether a lock is that of an account at one known network, while the account is open elsewhere. */
export function isOfAddress({ id, user }: Pick<Lock, 'id' | 'user'>): boolean {
  return id !== hashOf(user)
}

/** Ends all locks of an account. @throws AuthError STORE_UNAVAILABLE */
export async function unlockUser(
  lockouts: Pick<Lockouts, 'list' | 'unlock'>,
  user: string,
): Promise<number> {
  const locks = await lockouts.list({ user, limit: mostListed })
  for (const lock of locks) await lockouts.unlock(lock)
  return locks.length
}

/** The page of locks that a query asks for, out of all that fit its account. */
export function pageOf<L extends Place>(
  locks: readonly L[],
  { after, limit }: Pick<LockQuery, 'after' | 'limit'>,
): readonly L[] {
  const sorted = [...locks].sort(compareLocks)
  const rest = after === undefined ? sorted : sorted.filter((lock) => compareLocks(lock, after) > 0)
  return rest.slice(0, limit)
}

type Place = Pick<Lock, 'until' | 'id'>

function compareLocks(one: Place, other: Place): number {
  return one.until - other.until || (one.id < other.id ? -1 : Number(one.id > other.id))
}
