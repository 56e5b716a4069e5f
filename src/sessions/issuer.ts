import type { Claims } from '../core/token.js'
import type { IssuerOptions } from './issuer-options.js'
import type { FamilyMeta } from './ports.js'
import type { TokenResponse } from './tokens.js'
import type { SessionInfo } from './session-info.js'

/** A login that has succeeded. */
export interface IssueRequest {
  readonly subject: string
  readonly client: string
  /** Space-delimited (RFC 6749 section 3.3). Default: none. */
  readonly scope?: string
  /** `aud` of the session's access tokens. Default: the signer's. */
  readonly audience?: string | readonly string[]
  readonly meta?: FamilyMeta
  /** Claims for the first access token, in place of asking `loadSubject`, which every refresh asks. */
  readonly claims?: Claims
  /**
   * Cut-off that this very action wrote (a password change that revokes the subject's tokens until now): the new
   * session counts as begun one second after it.
   */
  readonly after?: number
}

/** Beside the refresh token: who presents it, and what for. */
export interface RefreshRequest {
  readonly client: string
  /** The same or less than the session has. Default: all of it. */
  readonly scope?: string
}

/**
 * Which session to end: by its refresh token (of any generation), the same bound to a client (RFC 7009 section 2.1),
 * or by the `sid` of a verified access token. `subject: null` ends whosever session it is, for an administrator.
 */
export type EndTarget =
  | string
  | { readonly refreshToken: string; readonly client: string }
  | { readonly sid: string; readonly subject: string | null }

/** Issues, refreshes and ends sessions. Every method rejects with AuthError. */
export interface Issuer {
  /** Begins a session. @throws AuthError SUBJECT_REFUSED, STORE_UNAVAILABLE, KEYS_UNAVAILABLE; TypeError for a request that can not be kept */
  issue(request: IssueRequest): Promise<TokenResponse>
  /** Exchanges a refresh token. @throws AuthError REFRESH_*, SUBJECT_REFUSED, STORE_UNAVAILABLE, KEYS_UNAVAILABLE */
  refresh(refreshToken: string, request: RefreshRequest): Promise<TokenResponse>
  /** Ends one session; again is the same as once. @throws AuthError REFRESH_MALFORMED, REFRESH_UNKNOWN, REFRESH_CLIENT, STORE_UNAVAILABLE */
  end(target: EndTarget): Promise<SessionInfo>
  /** Ends a subject's other sessions. @throws AuthError REFRESH_UNKNOWN, STORE_UNAVAILABLE */
  endOthers(session: {
    readonly sid: string
    readonly subject: string
  }): Promise<readonly SessionInfo[]>
  /** Ends all sessions of a subject. @throws AuthError STORE_UNAVAILABLE */
  endAll(subject: string): Promise<readonly SessionInfo[]>
  /** A subject's live sessions, newest first. @throws AuthError STORE_UNAVAILABLE */
  list(subject: string): Promise<readonly SessionInfo[]>
}

export declare function createIssuer(options: IssuerOptions): Issuer
