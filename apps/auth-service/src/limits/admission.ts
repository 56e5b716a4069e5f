import { tooMany } from '../foundation/faults.js'
import { createAddressBudget, type AddressBudget } from './address-budget.js'
import { createClientLimits, type ClientLimits } from './client-limits.js'
import { createCounter, type Counter, type CounterOptions } from './counter.js'
import { createFairQueue } from './fair-queue.js'
import { hashOf } from './hash-of.js'
import type { Lockouts } from './lockouts.js'
import { networkOf } from '../foundation/network.js'
import { knownFor, openLockouts, type LockoutStores } from './open-lockouts.js'
import { postgresCounter } from './postgres-limits.js'

/** The fields of an account that the limits read. */
export interface Account {
  readonly id: string
  readonly disabled: boolean
}

/** Result of a check. `incomplete`: the password is right, and the code of a second factor is missing. */
export type Proof = 'right' | 'wrong' | 'incomplete'

/** A password that was sent, and how it is checked. */
export interface Login<A extends Account> {
  /** Of the caller, as the framework gives it. */
  readonly address: string
  /** The account, as the caller names it; there need not be such an account. */
  readonly name: string
  /** Looks the account up. Called once the login has a slot; undefined: there is none. */
  readonly account: () => Promise<A | undefined>
  /** Checks what was sent against the account. Without one the answer is `wrong`, after the same time. */
  readonly check: (account: A | undefined) => Promise<Proof>
}

/**
/**
 * The result of a login. Answer all but `right` and `incomplete` alike: the difference tells that an account exists.
 * `incomplete` counts as nothing: the account's wrong passwords and codes stay counted, or a thief of the password could guess
 * codes without end. `account` is the one that was named, if there is one.
 */
export type LoginResult<A extends Account> =
  | { readonly kind: 'right'; readonly account: A }
  | { readonly kind: 'incomplete'; readonly account: A }
  | { readonly kind: 'wrong' | 'locked' | 'disabled'; readonly account: A | undefined }

/** Admits logins, and every other check of a password, under limits that slow down guessing. */
export interface Admission {
  /**
   * For a login from this address whose body has not been read: reading a whole crowd before refusing it makes all other
   * requests wait.
   *
   * @throws RequestFault BUSY with `Retry-After` when as many logins of its network, or altogether, wait for a slot as may
   */
  readonly refuseWhenBusy: (address: string) => void
  /**
   * Checks a password under all limits. Unknown, disabled and locked accounts take the time of a wrong password.
   *
   * @throws RequestFault with `Retry-After`: BUSY, TOO_MANY; AuthError STORE_UNAVAILABLE; whatever the login's own functions
   * throw, in which case nothing is counted
   */
  admit<A extends Account>(login: Login<A>): Promise<LoginResult<A>>
  /** How many logins wait for a slot. */
  waiting(): number
  /** The locks that wrong passwords have begun. */
  readonly lockouts: Omit<Lockouts, 'record'>
  /** The limits for wrong secrets of OAuth clients, which share nothing with those of logins. */
  readonly clients: ClientLimits
}

/** A lock that a wrong password has begun. */
export interface BegunLock {
  /** The id of the account. */
  readonly user: string
  /** The account, as the caller named it. */
  readonly name: string
  /** Of the caller. */
  readonly address: string
  /** Unix time in seconds. */
  readonly until: number
  /** Wrong passwords in a row. */
  readonly wrong: number
}

/** Options of {@link createAdmission}. */
export interface AdmissionOptions extends LockoutStores {
  /** Logins that are worked on at once. */
  readonly slots: number
  /** Called after each right password. Default: nothing. */
  readonly loggedIn?: (network: string, account: string) => void
  /**
   * Called when an attempt begins a lock of an account that exists: once for each lock, not for what is refused meanwhile.
   * Nothing waits for it: the time of the answer would tell that the account exists. Default: nothing.
   */
  readonly onLocked?: (lock: BegunLock) => void
}

/**
 * Limits for logins (NIST SP 800-63B-4 section 3.2.2): an address with too many failures in 15 minutes is refused with 429,
 * and so is every unknown address after too many failures of the whole service in a minute; an account with too many wrong
 * passwords in a row is locked for 30 s, then a minute, up to an hour.
 *
 * A stranger cannot lock the owner out: an account at an address from which it has logged in before has a count of its own, and
 * uses neither the budget of that address nor that of the whole service. Who shares the address can therefore tell that an
 * account has logged in from there.
 *
 * @example const login = await createAdmission({ configuration, redis, slots: 4 }).admit({ address, account, check })
 */
export function createAdmission({ slots, ...options }: AdmissionOptions): Admission {
  const limits = openLimits(options)
  const queue = createFairQueue(slots)
  return {
    refuseWhenBusy: (address) => {
      queue.refuseWhenFull(networkOf(address))
    },
    // Neither limits nor database are asked before there is a slot: a crowd would make all other requests wait for them.
    admit: (login) => {
      const turn = { network: networkOf(login.address), account: login.name }
      return queue.run(turn, () => checkLogin(limits, login, turn.network))
    },
    waiting: () => queue.waiting(),
    ...{ lockouts: limits.lockouts, clients: limits.clients },
  }
}

interface Limits {
  /** Failures of each address. */
  readonly addresses: AddressBudget
  readonly clients: ClientLimits
  /** Failures of the whole service, but for known addresses. */
  readonly service: Counter
  /** Addresses from which an account has logged in. */
  readonly known: Counter
  readonly lockouts: Lockouts
  readonly loggedIn: (network: string, account: string) => void
  readonly onLocked: (lock: BegunLock) => void
}

const minute = 60
/** Access tokens of one subject that one client revokes by themselves in 15 minutes. */
const revokedAtOnce = 30
function openLimits(options: Omit<AdmissionOptions, 'slots'>): Limits {
  const { configuration, redis, postgres } = options
  const { loggedIn = () => undefined, onLocked = () => undefined } = options
  const { address, service } = configuration.loginLimits
  const counter = (each: Omit<CounterOptions, 'redis'>) =>
    redis === undefined && postgres !== undefined
      ? postgresCounter(postgres, each)
      : createCounter({ redis, ...each })
  const failuresOf = (prefix: string) => counter({ prefix, limit: address, duration: 15 * minute })
  return {
    ...{ loggedIn, onLocked },
    addresses: createAddressBudget(failuresOf('address')),
    clients: createClientLimits({
      failures: failuresOf('client-address'),
      revocations: counter({ prefix: 'revoked', limit: revokedAtOnce, duration: 15 * minute }),
    }),
    service: counter({ prefix: 'all', limit: service, duration: minute }),
    known: counter({ prefix: 'known', limit: 1, duration: knownFor }),
    lockouts: openLockouts(options),
  }
}

/** One login that has a slot: the budget of its address unless it is known, then the comparison, then the decision. */
async function checkLogin<A extends Account>(
  limits: Limits,
  { account: find, check, ...caller }: Login<A>,
  network: string,
): Promise<LoginResult<A>> {
  const account = await find()
  const place = await placeOf(limits, network, account)
  const leave = place.isKnown ? () => undefined : await limits.addresses.begin(network)
  try {
    const attempt = await compare(limits, { account, place, check, caller })
    return await decide(limits, attempt)
  } finally {
    leave()
  }
}

/** Where an account is logged in to. */
interface Place {
  readonly network: string
  /** Whether the account has logged in from this network before: then what others do there touches none of its counts. */
  readonly isKnown: boolean
  /** The name of the account at this network. */
  readonly here: string
  /** The name of the count of wrong passwords that decides: of the account, or of the account at a known network. */
  readonly lockout: string
}

async function placeOf(
  { known }: Limits,
  network: string,
  account: Account | undefined,
): Promise<Place> {
  const name = hashOf(account?.id ?? '')
  const here = hashOf(name, network)
  const isKnown = await known.has(here)
  return { network, isKnown, here, lockout: isKnown ? here : name }
}

/** A login whose password has been compared, and which is counted as a failure until it is decided. */
interface Attempt<A extends Account> {
  readonly account: A | undefined
  readonly caller: Caller
  readonly proof: Proof
  /** The account was locked before the comparison. */
  readonly locked: boolean
  readonly place: Place
  /** Takes back what was counted. */
  readonly takeBack: () => Promise<unknown>
}

/** Who logs in. */
type Caller = Pick<Login<Account>, 'address' | 'name'>

/** What {@link compare} takes. */
interface Comparison<A extends Account> extends Pick<Login<A>, 'check'> {
  readonly account: A | undefined
  readonly caller: Caller
  readonly place: Place
}

/**
 * Compares the password, with nothing at all where the account is locked.
 *
 * @throws RequestFault TOO_MANY; what the login's functions throw. Whatever is thrown, nothing stays counted
 */
async function compare<A extends Account>(
  { addresses, service, lockouts }: Limits,
  { account, place, check, caller }: Comparison<A>,
): Promise<Attempt<A>> {
  const begun = place.isKnown ? [] : [() => addresses.takeBack(place.network)]
  const takeBack = () => Promise.all(begun.map((each) => each()))
  try {
    const counted = { name: place.lockout, user: account?.id }
    const locked = (await lockouts.record(counted, 'none')).kind === 'locked'
    if (!place.isKnown) {
      const seconds = await service.add('all')
      begun.push(() => service.takeBack('all'))
      if (seconds > 0) throw tooMany(seconds)
    }
    const proof = await check(locked ? undefined : account)
    return { account, caller, proof, locked, place, takeBack }
  } catch (error) {
    await takeBack().catch(() => undefined) // the caller learns what went wrong first
    throw error
  }
}

/**
 * Decides a login in one step over all processes. Of guesses that are compared at once, as many learn whether they were right
 * as of guesses one after another; the others are locked, right or wrong. Right ones lock no account, however many they are.
 */
async function decide<A extends Account>(
  { lockouts, known, loggedIn, onLocked }: Limits,
  { account, caller, proof, locked, place, takeBack }: Attempt<A>,
): Promise<LoginResult<A>> {
  // Attempts during a lockout are not counted, or it would never end. The call is made all the same: it takes time.
  const given = account?.disabled === false ? proof : 'wrong'
  const guess = locked || given === 'incomplete' ? 'none' : given
  const recorded = await lockouts.record({ name: place.lockout, user: account?.id }, guess)
  if (recorded.kind === 'locks' && account !== undefined) {
    const { until, wrong } = recorded
    onLocked({ ...caller, user: account.id, until: Math.ceil(until / 1000), wrong })
  }
  if (locked || recorded.kind === 'locked') return { kind: 'locked', account }
  if (account === undefined || given === 'wrong')
    return { kind: proof !== 'wrong' && account !== undefined ? 'disabled' : 'wrong', account }
  if (given === 'incomplete') {
    await takeBack()
    return { kind: 'incomplete', account }
  }
  await Promise.all([takeBack(), known.renew(place.here)])
  loggedIn(place.network, account.id)
  return { kind: 'right', account }
}
