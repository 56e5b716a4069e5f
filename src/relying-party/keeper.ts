import type { Call } from '../gate/call.js'
import type { SiteLogin, UnverifiedTokens } from './site-login.js'
import type { SiteRequest } from './site-request.js'

/** What a browser gets of tokens that are kept. */
export interface Kept {
  readonly setCookie: readonly string[]
  /** What a page may know: times, no token. */
  readonly body: object
}

/** A login that this site keeps, as a request presents it. */
export interface HeldLogin {
  readonly subject: string | undefined
  readonly sid: string | undefined
  readonly refreshToken: string | undefined
  /** For `id_token_hint`. */
  readonly idToken: string | undefined
}

/** Tokens of a refresh. `idToken` has been verified, if there is one. */
export interface Renewal {
  readonly tokens: UnverifiedTokens
  readonly idToken: string | undefined
}

/** What a logout token says. `at` is its `iat`. */
export interface Ending {
  readonly sid: string | undefined
  readonly subject: string | undefined
  readonly at: number
}

/** Where a site keeps its logins. */
export interface Keeper {
  keep(login: SiteLogin, request: SiteRequest): Promise<Kept>
  /** Whether the browser has a session already; no proof. */
  hasSession(call: Call): Promise<boolean>
  /** The access token that a request presents, as it is. */
  accessToken(call: Call): Promise<string | undefined>
  held(call: Call): Promise<HeldLogin | undefined>
  renew(call: Call, held: HeldLogin, renewal: Renewal): Promise<Kept>
  /** Ends the session of this browser: the `Set-Cookie` values of a logout. */
  drop(call: Call): Promise<readonly string[]>
  /**
   * Ends the session of a refresh token that the provider refuses as over; undefined where a newer session of another tab
   * could be hit.
   */
  readonly endRefused: ((call: Call, refreshToken: string) => Promise<void>) | undefined
  /** Ends what a logout token names; undefined where this keeper cannot. */
  readonly end: ((ending: Ending) => Promise<void>) | undefined
}
