import { ClientError } from './errors.js'
import { notify } from '../foundation/listener.js'
import { hold, readPair, type Held, type PairResponse, type StoredSession } from './pair.js'
import { requestRefresh, type RefreshResult } from './refresh-call.js'
import { readSessionOptions, type SessionOptions, type SessionPolicy } from './session-options.js'
import { unlessAborted, type TokenSource } from './source.js'
import { joinTabs, type TabMessage, type Tabs } from './tabs.js'

/** One user's session, and the source of its tokens. */
export interface Session extends TokenSource {
  /**
   * Takes what a login answered into use. In cookie mode the cookies have been set, and the answer may be left out.
   *
   * @throws TypeError when the answer holds no tokens
   */
  signIn(response?: PairResponse): Promise<void>
  /** Forgets the session, here and in the user's other tabs. The server is told by its own logout, before. */
  signOut(): Promise<void>
  /** Whether there is a session as far as this side knows. */
  isSignedIn(): Promise<boolean>
  /** Leaves the other tabs alone from now on. */
  close(): void
}

/** Below this life left an access token may run out on its way. */
const leewaySeconds = 5
/** A token that a refresh has just brought, and that is refused, is not refused for its age: another would be too. */
const leastAgeSeconds = 5
/** After the lock was held by another tab: how long its message may take. */
const newsMs = 250

/**
 * One user's session: attaches its access token, refreshes it ahead of need, and keeps what it got.
 *
 * However many calls need a new token, and however late their refusals come, one refresh is made; with `tabs`, one over
 * all tabs. A refresh whose reply is lost is presented again within `grace`. A refused one signs the user out; a server
 * that can not answer does not: the calls reject with REFRESH_UNAVAILABLE, and the next one tries again.
 *
 * One object a user: on a server, make one for each. `fromSession` never logs in.
 *
 * @throws ConfigError when an option is missing, unknown or can not work
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
  /** Which login each token comes from: what one user asked for is never sent in the name of the next. */
  readonly #logins = new WeakMap<Held['grant'], object>()
  #login = {}
  #loading: Promise<void> | undefined
  #flight: { readonly held: Held; readonly done: Promise<void> } | undefined
  /** While the server is in trouble, refreshes that nobody needs yet are put off. */
  #calmUntil = 0

  constructor(policy: SessionPolicy) {
    this.#policy = policy
    // Cookies are there or not, and no script can tell: the server will.
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
    // Nobody waits for it, and what goes wrong is told as an event.
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
    if (!stored) throw new TypeError('signIn takes the answer of a login, with both tokens')
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

  /** One for each token, whoever asks. */
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
    // A login, a logout or another tab's refresh in the meantime is newer than this answer.
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

  /** What another tab, or an earlier run, has stored; nothing stored is no news. */
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
      // The session goes on in memory; the application is told.
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
    // Messages of two tabs may cross: the later token is the current one.
    if (message.kind === 'refreshed' && (message.stored.expiresAt ?? Infinity) < mine) return
    this.#loading = Promise.resolve()
    if (message.kind === 'signed-in') this.#login = {}
    this.#take(message.stored, message.kind === 'refreshed' ? this.#policy.now() : undefined)
    notify(this.#policy.onEvent, { kind: 'adopted' })
  }
}
