import { ClientError } from './errors.js'
import { notify } from '../foundation/listener.js'
import { hold, readPair, type Held, type PairResponse, type StoredSession } from './pair.js'
import { requestRefresh, type RefreshResult } from './refresh-call.js'
import { readSessionOptions, type SessionOptions, type SessionPolicy } from './session-options.js'
import { unlessAborted, type TokenSource } from './source.js'
import { joinTabs, type TabMessage, type Tabs } from './tabs.js'

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
  /** Stops listening to the other tabs. */
  close(): void
}

/** Seconds. With less life left, an access token may expire on its way. */
const leewaySeconds = 5
/** Seconds. A refused token younger than this did not expire: another token would be refused too. */
const leastAgeSeconds = 5
/** Milliseconds to wait for another tab's message after it held the lock. */
const newsMs = 250

/**
 * The session of one user: attaches its access token, refreshes it ahead of need, and stores the new one.
 *
 * However many calls need a new token, and however late their refusals arrive, one refresh is made; with `tabs`, one
 * for all tabs. A refresh whose answer is lost is repeated within `grace`. A refused refresh signs the user out; a
 * failing server does not: calls reject with REFRESH_UNAVAILABLE, and the next call tries again.
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

class Keeper {
  readonly tabs: Tabs
  readonly #policy: SessionPolicy
  #held: Held | undefined
  /** The login that each token comes from: a user's call is never sent with the next user's token. */
  readonly #logins = new WeakMap<Held['grant'], object>()
  #login = {}
  #loading: Promise<void> | undefined
  #flight: { readonly held: Held; readonly done: Promise<void> } | undefined
  /** While the server fails, refreshes that are not yet needed are postponed until this time. */
  #calmUntil = 0

  constructor(policy: SessionPolicy) {
    this.#policy = policy
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

  async grant(signal: AbortSignal | undefined): Promise<Held['grant']> {
    const held = await this.current()
    if (!held) throw new ClientError('SIGNED_OUT')
    const { refreshAt, expiresAt } = held.stored
    const now = this.#policy.now()
    if (expiresAt !== null && now >= expiresAt - leewaySeconds) return this.#renewed(held, signal)
    // Not awaited; errors are reported as events.
    if (refreshAt !== null && now >= refreshAt && now >= this.#calmUntil)
      this.#refresh(held).catch(() => undefined)
    return held.grant
  }

  async renew(
    refused: Held['grant'],
    signal: AbortSignal | undefined,
  ): Promise<Held['grant'] | undefined> {
    const held = await this.current()
    if (!held) throw new ClientError('SIGNED_OUT')
    if (!this.#isOneLogin(held.grant, refused)) return undefined
    if (held.grant !== refused) return held.grant
    const { refreshedAt } = held
    if (refreshedAt !== undefined && this.#policy.now() - refreshedAt < leastAgeSeconds)
      return undefined
    return this.#renewed(held, signal)
  }

  async signIn(response: PairResponse | undefined): Promise<void> {
    const { now, cookies } = this.#policy
    const stored = readPair(response, { now: now(), kept: undefined, cookies })
    if (!stored) throw new TypeError('signIn takes the answer to a login, with both tokens')
    this.#loading = Promise.resolve()
    this.#login = {}
    this.#take(stored)
    await this.#save(stored)
    this.tabs.tell({ kind: 'signed-in', stored })
    notify(this.#policy.onEvent, { kind: 'signed-in' })
  }

  async signOut(): Promise<void> {
    this.#loading = Promise.resolve()
    this.#held = undefined
    await this.#save(undefined)
    this.tabs.tell({ kind: 'signed-out' })
    notify(this.#policy.onEvent, { kind: 'signed-out' })
  }

  async #renewed(held: Held, signal: AbortSignal | undefined): Promise<Held['grant']> {
    await unlessAborted(this.#refresh(held), signal)
    const grant = this.#held?.grant
    if (!grant || !this.#isOneLogin(grant, held.grant)) throw new ClientError('SIGNED_OUT')
    return grant
  }

  #take(stored: StoredSession, refreshedAt?: number): void {
    this.#held = hold(stored, refreshedAt)
    this.#logins.set(this.#held.grant, this.#login)
  }

  #isOneLogin(one: Held['grant'], other: Held['grant']): boolean {
    return this.#logins.get(one) === this.#logins.get(other)
  }

  /** One refresh per token, for any number of callers. */
  #refresh(held: Held): Promise<void> {
    if (this.#flight?.held === held) return this.#flight.done
    const done = this.tabs
      .exclusive((waited) => this.#refreshUnlessDone(held, waited))
      .finally(() => {
        if (this.#flight?.held === held) this.#flight = undefined
      })
    this.#flight = { held, done }
    return done
  }

  async #refreshUnlessDone(held: Held, waited: boolean): Promise<void> {
    await this.#reload()
    if (waited && this.#held === held) await this.tabs.news(newsMs)
    if (this.#held !== held) return
    await this.#settle(held, await requestRefresh(this.#policy, held.stored))
  }

  async #settle(held: Held, result: RefreshResult): Promise<void> {
    const { now, onEvent } = this.#policy
    // A login, a logout or another tab's refresh has replaced this answer.
    if (this.#held !== held) return
    if (result.kind === 'failed') {
      this.#calmUntil = now() + (result.error.retryAfter ?? 1 + Math.random() * 4)
      notify(onEvent, { kind: 'refresh-failed', code: result.error.code })
      throw result.error
    }
    if (result.kind === 'refused') {
      await this.#reload()
      if (this.#held === held) await this.signOut()
      return
    }
    this.#take(result.stored, now())
    await this.#save(result.stored)
    this.tabs.tell({ kind: 'refreshed', stored: result.stored })
    notify(onEvent, { kind: 'refreshed' })
  }

  /** Loads what another tab, or an earlier run, has stored; an empty storage changes nothing. */
  async #reload(): Promise<void> {
    const before = this.#held
    const stored = await this.#policy.storage?.load()
    if (!stored || this.#held !== before) return
    if (stored.accessToken !== before?.stored.accessToken) this.#take(stored)
  }

  async #save(stored: StoredSession | undefined): Promise<void> {
    try {
      await this.#policy.storage?.save(stored)
    } catch {
      // The session continues in memory; the application gets an event.
      notify(this.#policy.onEvent, { kind: 'storage-failed' })
    }
  }

  #hear(message: TabMessage): void {
    if (message.kind === 'signed-out') {
      this.#held = undefined
      notify(this.#policy.onEvent, { kind: 'signed-out' })
      return
    }
    const mine = this.#held?.stored.expiresAt ?? 0
    // Messages of two tabs may cross: the token that expires later is the current one.
    if (message.kind === 'refreshed' && (message.stored.expiresAt ?? Infinity) < mine) return
    this.#loading = Promise.resolve()
    if (message.kind === 'signed-in') this.#login = {}
    this.#take(message.stored, message.kind === 'refreshed' ? this.#policy.now() : undefined)
    notify(this.#policy.onEvent, { kind: 'adopted' })
  }
}
