import { createHash } from 'node:crypto'
import type { Configuration } from '../configuration/configuration.js'
import { busy, RequestFault } from '../foundation/faults.js'
import type { ClientLimits } from '../oauth/client-authentication.js'
import type { RedisConnection } from '../storage/redis.js'
import { memoryLocks, type AccountLocks } from './account-locks.js'
import { networkOf } from './caller-address.js'
import { createCounter, type Counter } from './counters.js'
import { redisLocks } from './redis-locks.js'

/** What slows down those who guess. */
export interface LoginLimits {
  /**
   * Lets an attempt from an address in, before anything is looked up. It is counted as if it were to fail until it is known
   * how it went; whoever was refused, here or later on, has guessed nothing and is not counted.
   *
   * @throws RequestFault with `Retry-After`: TOO_MANY after too many failures, BUSY when there would be too many if all that
   * go on at this moment failed; AuthError STORE_UNAVAILABLE; whatever `work` throws
   */
  attempt<T>(address: string, work: (attempt: Attempt) => Promise<T>): Promise<T>
  /** The same for clients and their secrets. */
  readonly clients: ClientLimits
}

/** One attempt that was let in. */
export interface Attempt {
  /**
   * Before the password is compared. Of nobody, where there is no such account: what follows is the same.
   *
   * @throws RequestFault TOO_MANY; AuthError STORE_UNAVAILABLE
   */
  on(account: string | undefined): Promise<Turn>
}

/** An attempt on an account. */
export interface Turn {
  /**
   * Whether the account is to be left alone from the outset: nothing is to be compared with its password, and the answer
   * is as for a wrong one, whatever was sent.
   */
  readonly locked: boolean
  /**
   * Decides what an attempt comes to, once it has been compared, and counts it: in one step, and nobody is told anything
   * before. Of guesses that go on at once as many learn whether they were right as of guesses one after the other; right
   * ones lock nobody out, however many there are.
   *
   * @returns `locked` for right and wrong ones alike, when others have failed too often before this one was decided
   * @throws AuthError STORE_UNAVAILABLE
   */
  decide(fits: boolean): Promise<'right' | 'wrong' | 'locked'>
  /** Nothing was compared. */
  cancelled(): Promise<void>
}

/** What {@link createLoginLimits} is told. */
export interface LimitParts {
  readonly configuration: Pick<Configuration, 'loginLimits'>
  readonly redis: RedisConnection | undefined
}

const [minute, day] = [60, 86_400]
/** An address from which somebody has logged in is known for that long after the last time. */
const knownFor = 14 * day
/** Milliseconds. */
const lockTimes = { firstWait: 30_000, longestWait: 3_600_000, kept: 14 * day * 1000 } as const

/**
 * Limits for logins (NIST SP 800-63B-4 section 3.2.2): failures of an address and of the whole service are refused with
 * 429 once there are too many; an account whose password was wrong several times in a row is tried again only after 30 s,
 * then a minute, up to an hour.
 *
 * Whoever guesses elsewhere can not lock the owner out: an address from which the owner has logged in before has a count
 * of its own, and is not refused for what the whole service sees.
 */
export function createLoginLimits({ configuration, redis }: LimitParts): LoginLimits {
  const { account, address, service } = configuration.loginLimits
  const times = { ...lockTimes, free: account }
  const room: Room = {
    locks: redis === undefined ? memoryLocks(times) : redisLocks(redis, times),
    whole: createCounter({ redis, prefix: 'all', limit: service, duration: minute }),
    addresses: createCounter({ redis, prefix: 'address', limit: address, duration: 15 * minute }),
    known: createCounter({ redis, prefix: 'known', limit: 1, duration: knownFor }),
  }
  const going = createGoing()
  return {
    attempt: createDoor(room, going),
    clients: {
      admit: async (attempt) => {
        const from = networkOf(attempt.address)
        const wasBusy = going.at(from)
        const seconds = await room.addresses.wait(from)
        refuseOver({ seconds, isBusy: wasBusy || going.at(from) })
      },
      failed: async (attempt) => {
        await room.addresses.add(networkOf(attempt.address))
      },
    },
  }
}

/** Attempts that go on in this process: counted as failures, though they may all be right. */
interface Going {
  /** Whether there are any from that address. */
  at(from: string): boolean
  note(from: string, step: 1 | -1): void
}

function createGoing(): Going {
  const undecided = new Map<string, number>()
  return {
    at: (from) => undecided.has(from),
    note: (from, step) => {
      const count = (undecided.get(from) ?? 0) + step
      if (count > 0) undecided.set(from, count)
      else undecided.delete(from)
    },
  }
}

function createDoor(room: Room, going: Going): LoginLimits['attempt'] {
  const { addresses } = room
  return async (from, work) => {
    const wasBusy = going.at(from)
    const seconds = await addresses.add(from)
    if (seconds > 0) await addresses.takeBack(from)
    refuseOver({ seconds, isBusy: wasBusy || going.at(from) })
    going.note(from, 1)
    let turn: Turn | undefined
    try {
      return await work({ on: async (name) => (turn = await takeTurn(room, { name, from })) })
    } catch (error) {
      // What went wrong is told, and not that a counter is away too. A turn sees to itself.
      if (turn === undefined) await addresses.takeBack(from).catch(() => undefined)
      throw error
    } finally {
      going.note(from, -1)
    }
  }
}

/** Where everything is counted. */
interface Room {
  readonly locks: AccountLocks
  readonly whole: Counter
  readonly addresses: Counter
  readonly known: Counter
}

interface Trying {
  readonly name: string | undefined
  readonly from: string
}

async function takeTurn(room: Room, { name, from }: Trying): Promise<Turn> {
  const { locks, whole, addresses, known } = room
  const account = nameOf(name ?? '')
  const here = nameOf(account, from)
  // One who logged in from here before is not made to wait for what others try elsewhere.
  const isKnown = await known.has(here)
  const key = isKnown ? here : account
  const locked = !(await locks.takes(key, 'none'))
  const seconds = isKnown ? 0 : await whole.add('all')
  if (seconds > 0) await whole.takeBack('all')
  refuseAfter(seconds)
  const uncount = () =>
    Promise.all([addresses.takeBack(from), ...(isKnown ? [] : [whole.takeBack('all')])])
  return {
    locked,
    decide: async (fits) => {
      const guess = fits ? 'right' : 'wrong'
      // Who only waits is not counted, or the wait would never end; what is asked takes as long.
      const isTaken = await locks.takes(key, locked ? 'none' : guess)
      if (locked || !isTaken) return 'locked'
      if (fits) await Promise.all([uncount(), known.renew(here)])
      return guess
    },
    cancelled: async () => {
      await uncount()
    },
  }
}

/** Names of accounts and addresses are nobody's to read in a dump of Redis. */
function nameOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

/** Those who go on, or did when this one was counted, may all be right: a quarter of an hour is for failures. */
function refuseOver({ seconds, isBusy }: { readonly seconds: number; readonly isBusy: boolean }) {
  if (seconds > 0 && isBusy) throw busy()
  refuseAfter(seconds)
}

function refuseAfter(seconds: number): void {
  if (seconds > 0) throw new RequestFault('TOO_MANY', undefined, { 'retry-after': String(seconds) })
}
