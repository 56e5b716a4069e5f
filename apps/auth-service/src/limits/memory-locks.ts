import { isOfAddress, mostListed, mostOfAccount, type Lock } from './lockouts.js'

/** The list of the locks of this process. Times are Unix milliseconds. */
export interface MemoryLocks {
  /** Where there is no room, locks that have ended leave the list, then the first to have begun, those at one network before others. */
  add(lock: Lock, now: number): void
  remove(id: string): void
  /** Those that have not ended. */
  live(now: number): readonly Lock[]
}

/** @example createMemoryLocks().add({ id, user, until, wrong }, Date.now()) */
export function createMemoryLocks(): MemoryLocks {
  const [ofAccounts, ofAddresses] = [new Map<string, Lock>(), new Map<string, Lock>()]
  const idsOfUser = new Map<string, Set<string>>()
  const remove = (id: string): void => {
    const lock = ofAccounts.get(id) ?? ofAddresses.get(id)
    if (lock === undefined) return
    for (const each of [ofAccounts, ofAddresses]) each.delete(id)
    const ids = idsOfUser.get(lock.user)
    ids?.delete(id)
    if (ids?.size === 0) idsOfUser.delete(lock.user)
  }
  const all = (): readonly Lock[] => [...ofAccounts.values(), ...ofAddresses.values()]
  const makeRoom = (now: number): void => {
    if (ofAccounts.size + ofAddresses.size < mostListed) return
    for (const { id, until } of all()) if (until <= now) remove(id)
    if (ofAccounts.size + ofAddresses.size < mostListed) return
    const [first] = ofAddresses.size > 0 ? ofAddresses.keys() : ofAccounts.keys()
    if (first !== undefined) remove(first)
  }
  return {
    remove,
    live: (now) => all().filter(({ until }) => until > now),
    add: (lock, now) => {
      const { id, user } = lock
      remove(id) // it goes to the end
      const ids = idsOfUser.get(user) ?? new Set<string>()
      const [firstOfUser] = [...ids].filter((each) => ofAddresses.has(each))
      if (ids.size >= mostOfAccount && firstOfUser !== undefined) remove(firstOfUser)
      makeRoom(now)
      const isListed = isOfAddress(lock) ? ofAddresses : ofAccounts
      isListed.set(id, lock)
      idsOfUser.set(user, ids.add(id))
    },
  }
}
