import { ClientError } from './errors.js'
import { notify } from '../foundation/listener.js'
import { readPair, type PairResponse, type StoredSession } from './pair.js'
import { createRefreshCall, type RefreshCall } from './refresh-call.js'
import { readSessionOptions, type SessionOptions, type SessionPolicy } from './session-options.js'
import { type Grant, unlessAborted, type TokenSource } from './source.js'
import {
  joinTabs,
  type SessionChanged,
  type TabMessage,
  type Tabs,
  type TokenWanted,
} from './tabs.js'

/** The session of one user, as a source of its tokens. */
export interface Session extends TokenSource {
  /**
   * Starts using the answer to a login. In cookie mode the cookies are already set, and the answer may be omitted.
   *
   * @throws TypeError when the answer contains no tokens
   */
  signIn(response?: PairResponse): Promise<void>
  /** Forgets the session, here and in the user's other tabs. Log out at the server first, by its own logout. */
  signOut(): Promise<void>
  /** Whether there is a session as far as the client knows. */
  isSignedIn(): Promise<boolean>
  /** Stops listening to the other tabs, and giving them access tokens. */
  close(): void
}

/** Seconds. With less life left, an access token may expire on its way. */
const leewaySeconds = 5
/** Seconds. A refused token younger than this did not expire: another token would be refused too. */
const leastAgeSeconds = 5
/** How long to wait for another tab's message after it held the lock. */
const newsSeconds = 0.25

/**
 * The session of one user: attaches its access token, refreshes it ahead of need, and stores the new one.
 *
 * However many calls need a new token, and however late their refusals arrive, one refresh is made; with `tabs`, one
 * for all tabs. A refresh whose answer is lost is repeated within `grace`. A refused refresh signs the user out; a
 * failing server does not: calls reject with REFRESH_UNAVAILABLE, and after a pause the next call tries again. A clock
 * that jumps costs one refresh at most.
 *
 * Use one object per user; on a server, create one for each. `fromSession` never logs in.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example
 * const session = fromSession({ endpoint: 'https://auth.example/user/refresh' })
 * await session.signIn(await login.json())
 * const client = jwtClient({ source: session, origins: ['https://api.example'] })
 */
export function fromSession(options: SessionOptions): Session {
  const keeper = new Keeper(readSessionOptions(options))
  return Object.freeze({
    grant: (target) => keeper.grant(target.signal),
    renew: (refused, target) => keeper.renew(refused, target.signal),
    signIn: (response) => keeper.signIn(response),
    signOut: () => keeper.signOut(),
    isSignedIn: async () => (await keeper.current()) !== undefined,
    close: () => {
      keeper.tabs.close()
    },
  } satisfies Session)
}

/** A session in use, and the object that represents its token. */
interface Held {
  readonly stored: StoredSession
  readonly grant: Grant
  /** Unix time when a refresh returned it; NaN after a login. */
  readonly refreshedAt: number
  /** Unix time minus `performance.now()`, both in seconds, when it was taken. */
  readonly start: number
}

class Keeper {
  readonly tabs: Tabs
  readonly #policy: SessionPolicy
  readonly #call: RefreshCall
  /** Whether the refresh token is in the memory of one tab; the others have its access token. */
  readonly #isInMemory: boolean
  #held: Held | undefined
  /** The login that each token comes from: a user's call is never sent with the next user's token. */
  readonly #logins = new WeakMap<Grant, string | undefined>()
  /** A random name, the same in all tabs that use the tokens of one login. */
  #login: string | undefined
  #loading: Promise<unknown> | undefined
  #flight: { readonly held: Held; readonly done: Promise<void> } | undefined
  /** How often a login or a logout, here or in another tab, has decided what is held. */
  #turn = 0

  constructor(policy: SessionPolicy) {
    this.#policy = policy
    this.#call = createRefreshCall(policy)
    this.#isInMemory = !policy.cookies && !policy.storage
    // Scripts cannot tell whether the cookies exist: the server will.
    if (policy.cookies) this.#take({ refreshAt: null, expiresAt: null })
    this.tabs = joinTabs(policy.tabs, (message) => {
      this.#hear(message)
    })
  }

  /** The session in use; the first call reads it from the storage. */
  async current(): Promise<Held | undefined> {
    this.#loading ??= this.#reload().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    await this.#loading
    return this.#held
  }

  async grant(signal: AbortSignal | undefined): Promise<Grant> {
    const held = await this.#required()
    if (this.#isPast(held, held.stored.expiresAt, leewaySeconds)) return this.#renewed(held, signal)
    // Not awaited; errors are reported as events.
    if (this.#isPast(held, held.stored.refreshAt)) this.#refresh(held).catch(() => undefined)
    return held.grant
  }

  async renew(refused: Grant, signal: AbortSignal | undefined): Promise<Grant | undefined> {
    const held = await this.#required()
    if (!this.#isOneLogin(held.grant, refused)) return undefined
    if (held.grant !== refused) return held.grant
    return this.#isYoung(held) ? undefined : this.#renewed(held, signal)
  }

  async signIn(response: PairResponse | undefined): Promise<void> {
    const { now, cookies } = this.#policy
    const stored = readPair(response, { now: now(), cookies })
    if (!stored) throw new TypeError('signIn takes the answer to a login, with both tokens')
    this.#decide()
    this.#login = String(Math.random())
    this.#take(stored)
    if (this.#isInMemory) await this.tabs.lead(this.#login)
    await this.#save(stored)
    this.#tell('signed-in')
    this.#report('signed-in')
  }

  async signOut(): Promise<void> {
    this.#decide()
    await this.#save(undefined)
    this.tabs.tell({ kind: 'signed-out' })
    this.#report('signed-out')
  }

  async #required(): Promise<Held> {
    const held = await this.current()
    if (!held) throw new ClientError('SIGNED_OUT')
    return held
  }

  async #renewed(held: Held, signal: AbortSignal | undefined): Promise<Grant> {
    await unlessAborted(() => this.#refresh(held), signal)
    const grant = this.#held?.grant
    if (!grant || !this.#isOneLogin(grant, held.grant)) throw new ClientError('SIGNED_OUT')
    return grant
  }

  /** Whether a time of the session has come, also after its clock was put back. */
  #isPast({ start }: Held, time: number | null, leeway = 0): boolean {
    const now = Math.max(this.#policy.now(), start + performance.now() / 1000)
    return time !== null && now >= time - leeway
  }

  /** A clock put back makes the age negative: such a token is not young. */
  #isYoung({ refreshedAt }: Held): boolean {
    return Math.abs(this.#policy.now() - refreshedAt) < leastAgeSeconds
  }

  #take(stored: StoredSession, refreshedAt = NaN): void {
    const { accessToken: token } = stored
    const grant = Object.freeze(token === undefined ? {} : { token })
    const start = this.#policy.now() - performance.now() / 1000
    this.#held = { stored, grant, refreshedAt, start }
    this.#logins.set(grant, this.#login)
  }

  /** A login or a logout: whatever was under way no longer counts. */
  #decide(): void {
    this.#loading = Promise.resolve()
    this.#held = undefined
    this.#turn++
  }

  #end(): void {
    this.#decide()
    this.#report('signed-out')
  }

  #report(kind: 'signed-in' | 'refreshed' | 'signed-out' | 'adopted' | 'storage-failed'): void {
    notify(this.#policy.onEvent, { kind })
  }

  #isOneLogin(one: Grant, other: Grant): boolean {
    return this.#logins.get(one) === this.#logins.get(other)
  }

  /** One refresh per token, for any number of callers. */
  #refresh(held: Held): Promise<void> {
    if (this.#flight?.held === held) return this.#flight.done
    const isBorrowed = this.#isInMemory && held.stored.refreshToken === undefined
    const work = isBorrowed
      ? this.#ask(held)
      : this.tabs.exclusive((waited) => this.#refreshUnlessDone(held, waited))
    const done = work.finally(() => {
      if (this.#flight?.held === held) this.#flight = undefined
    })
    this.#flight = { held, done }
    return done
  }

  async #refreshUnlessDone(held: Held, waited: boolean): Promise<void> {
    await this.#reload()
    if (waited) await this.#watch(() => this.#held !== held, newsSeconds)
    if (this.#held !== held) return
    const stored = await this.#call(held.stored).catch((error: unknown) => {
      if (this.#held === held) throw error
    })
    // A login, a logout or another tab's refresh has replaced this answer.
    if (this.#held !== held) return
    if (!stored) {
      await this.#reload()
      if (this.#held === held) await this.signOut()
      return
    }
    this.#take(stored, this.#policy.now())
    await this.#save(stored)
    this.#tell('refreshed')
    this.#report('refreshed')
  }

  /** Asks the tab that has the refresh token for another access token. */
  async #ask(held: Held): Promise<void> {
    const login = this.#login
    const isLed = await this.tabs.isLed(login)
    if (isLed !== false) {
      this.tabs.tell({ kind: 'wanted', login, refused: held.grant.token })
      await this.#watch(() => this.#held !== held, this.#policy.timeout)
    }
    if (this.#held !== held) return
    if (isLed) throw new ClientError('REFRESH_UNAVAILABLE')
    // That tab was closed, and the refresh token went with it.
    this.#end()
  }

  /**
   * Reads the storage until something has come true: `localStorage` may show another tab's change later than its message
   * comes. A tab that slept through the time looks once more, for it has not heard what came meanwhile.
   */
  async #watch(isDone: () => boolean, seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000
    for (let turn = 0; !isDone() && (turn < 2 || performance.now() < end); turn++) {
      await this.#reload()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Loads what another tab, or an earlier run, has stored; an empty storage changes nothing. */
  async #reload(refreshedAt?: number): Promise<void> {
    const before = this.#held
    const stored = await this.#policy.storage?.load()
    if (!stored || this.#held !== before) return
    if (stored.accessToken !== before?.stored.accessToken) this.#take(stored, refreshedAt)
  }

  async #save(stored: StoredSession | undefined): Promise<void> {
    try {
      await this.#policy.storage?.save(stored)
    } catch {
      // The session continues in memory; the application gets an event.
      this.#report('storage-failed')
    }
  }

  #tell(kind: 'signed-in' | 'refreshed'): void {
    if (this.#held) this.tabs.tell({ kind, login: this.#login, ...this.#shared(this.#held.stored) })
  }

  /** What another tab may have of a session: with a storage or cookies no token, and never the refresh token. */
  #shared(given: Omit<SessionChanged, 'kind'>): StoredSession {
    const { accessToken = '', refreshAt = null, expiresAt = null } = given
    return this.#isInMemory ? { accessToken, refreshAt: null, expiresAt } : { refreshAt, expiresAt }
  }

  #hear(message: TabMessage): void {
    switch (message.kind) {
      case 'signed-out':
        this.#end()
        break
      case 'wanted':
        this.#answer(message)
        break
      case 'signed-in':
      case 'refreshed':
        // A storage that cannot be read is read again before the next refresh.
        this.#adopt(message).catch(() => undefined)
    }
  }

  /** Gives out the access token, or the next one if that was refused. */
  #answer({ login, refused }: TokenWanted): void {
    const held = this.#held
    if (!held?.stored.refreshToken || login !== this.#login) return
    if (held.grant.token !== refused || this.#isYoung(held)) this.#tell('refreshed')
    else this.#refresh(held).catch(() => undefined)
  }

  async #adopt(message: SessionChanged): Promise<void> {
    const { storage, now, timeout } = this.#policy
    const isLogin = message.kind === 'signed-in'
    const login = isLogin ? message.login : this.#login
    const refreshedAt = isLogin ? undefined : now()
    // Another object: a refresh of the login before no longer counts.
    if (storage && isLogin) this.#held &&= { ...this.#held }
    const before = this.#held
    if (storage) {
      this.#login = login
      const turn = ++this.#turn
      const isDone = () => this.#turn !== turn || this.#held?.stored.expiresAt === message.expiresAt
      await this.#reload(refreshedAt)
      await this.#watch(isDone, timeout)
    } else if (!this.#isInMemory || (await this.#isFromHolder(message))) {
      this.#loading = Promise.resolve()
      this.#login = login ?? message.login
      this.#take(this.#shared(message), refreshedAt)
    }
    if (this.#held && this.#held !== before) this.#report('adopted')
  }

  /**
   * Whether a token comes from the tab that has its refresh token, as far as Web Locks tell. A tab with a refresh token
   * gives it up only for a later login.
   */
  async #isFromHolder({ kind, login }: SessionChanged): Promise<boolean> {
    const isLogin = kind === 'signed-in'
    const isHolder = this.#held?.stored.refreshToken !== undefined
    const isSame = login === this.#login
    if (isHolder ? !isLogin || isSame : !isLogin && !isSame && this.#login !== undefined)
      return false
    const turn = ++this.#turn
    const isLed = await this.tabs.isLed(login)
    return turn === this.#turn && (isLed ?? !isHolder)
  }
}
