import { expect } from 'vitest'
import type { Authentication, SessionStore, TokenResponse } from '../../src/session/index.js'
import type { Claims } from '../../src/token/index.js'
import { AuthError } from '../../src/foundation/errors.js'
import { client, codeOf, makeSessions } from '../session/setup.js'

/** Facts with all that JSON can say and a store may change: order of names, empty values, text of any kind. */
const strangeFacts = {
  zebra: 1,
  org: `o'Neil "\\" %_ $1 ?1 \n 用户 🔑`,
  '10': [],
  '9': {},
  nested: { list: [0, -2.5, 5e-7, 9007199254740991, true, false, null, ['']], empty: '' },
  long: 'ü'.repeat(300),
}

/** Claims that are another's in each token, or that say nothing of what the session keeps. */
const perToken = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'sid', 'client_id', 'scope'],
  ...['role', 'jotgate_after'],
])

/** A session and its client, who holds every token against what the session has to say. */
export class SessionLife {
  /** Tokens that were compared. */
  compared = 0
  #made: ReturnType<typeof makeSessions>
  #losesAnswer = false
  #tokens: Pick<TokenResponse, 'refreshToken' | 'sid'> = { refreshToken: '', sid: '' }
  #facts: Claims = strangeFacts
  #others: Claims = {}

  private constructor(store: SessionStore) {
    this.#made = this.#open(store)
  }

  static async begin(store: SessionStore): Promise<SessionLife> {
    const life = new SessionLife(store)
    const authentication = { amr: ['pwd', 'otp'], acr: 'urn:example:two' }
    life.#others = { auth_time: life.#made.clock.now(), ...authentication }
    const request = { subject: 'user-1', client, facts: strangeFacts, authentication }
    await life.#take(await life.#made.sessions.issue(request))
    return life
  }

  get seen() {
    return this.#made.seen
  }

  pass(seconds: number): void {
    this.#made.clock.advance(seconds)
  }

  /** As another process of the service, or the same one after a restart. */
  continueOver(store: SessionStore): void {
    const before = this.#made
    this.#made = this.#open(store)
    this.pass(before.clock.now() - this.#made.clock.now())
    this.#made.seen.hooks.unshift(...before.seen.hooks)
  }

  /** Some requests with one token at once. */
  async refresh(count = 1): Promise<void> {
    const { sessions } = this.#made
    const { refreshToken } = this.#tokens
    const asked = Array.from({ length: count }, () => sessions.refresh(refreshToken, { client }))
    for (const answer of await Promise.all(asked)) await this.#take(answer)
  }

  /** A refresh whose answer never comes to the client, which goes on with the token that it has. */
  async loseAnswer(): Promise<void> {
    const answer = await this.#made.sessions.refresh(this.#tokens.refreshToken, { client })
    await this.#compare(answer)
  }

  /** A refresh that the store has made without saying so: 503. */
  async loseAnswerOfStore(): Promise<void> {
    this.#losesAnswer = true
    const asked = this.#made.sessions.refresh(this.#tokens.refreshToken, { client })
    expect(await codeOf(asked)).toBe('STORE_UNAVAILABLE')
    this.#losesAnswer = false
  }

  /** A refresh while the store may be away: whether it came to tokens. */
  async tryToRefresh(): Promise<boolean> {
    try {
      await this.refresh()
      return true
    } catch (error) {
      if (error instanceof AuthError && error.code === 'STORE_UNAVAILABLE') return false
      throw error
    }
  }

  async update(facts: Claims, now: boolean): Promise<void> {
    const info = await this.#made.sessions.update(this.#tokens.sid, facts, { now })
    this.#facts = facts
    expect(info.facts).toEqual(facts)
  }

  async stepUp(authentication: Authentication): Promise<void> {
    this.#others = { auth_time: this.#made.clock.now(), ...authentication }
    const own = { sid: this.#tokens.sid, subject: 'user-1' }
    await this.#take(await this.#made.sessions.stepUp(own, authentication))
  }

  #open(store: SessionStore) {
    const rotate: SessionStore['rotate'] = async (request) => {
      const result = await store.rotate(request)
      if (this.#losesAnswer) throw new Error('the answer is lost')
      return result
    }
    // What is under test is not how fast a busy machine is.
    return makeSessions({ store: { ...store, rotate }, storeDeadlineMs: 20_000 })
  }

  async #take(answer: TokenResponse): Promise<void> {
    await this.#compare(answer)
    this.#tokens = answer
  }

  async #compare({ accessToken }: TokenResponse): Promise<void> {
    const { claims } = await this.#made.verify(accessToken)
    const kept = Object.entries(claims).filter(([name]) => !perToken.has(name))
    expect(Object.fromEntries(kept)).toEqual({ ...this.#facts, ...this.#others })
    this.compared++
  }
}
