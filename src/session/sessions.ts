import type { Claims } from '../token/token.js'
import type { Authentication } from './details.js'
import { endAll, endOthers, list, type EndAllOptions } from './end-many.js'
import { end, type EndedSession, type EndTarget, type OwnSession } from './end.js'
import { impersonate, type ImpersonationResponse } from './impersonate.js'
import { issue, type IssueRequest } from './issue.js'
import type { SessionsOptions } from './session-options.js'
import type { SessionPage } from './ports.js'
import { readSessionsOptions } from './session-policy.js'
import { refresh, type RefreshRequest } from './refresh.js'
import type { SessionInfo } from './session-info.js'
import { createSettledTime } from '../foundation/settled-time.js'
import { margin } from './revoke-access.js'
import { createFinisher } from './settle.js'
import { stepUp } from './step-up.js'
import { createSweeper, sweep } from './sweep.js'
import { update, type UpdateOptions } from './update.js'
import type { TokenResponse } from './tokens.js'

/** Issues, refreshes and ends sessions. Refusals reject with AuthError. */
export interface Sessions {
  /**
   * Begins a session.
   *
   * @throws AuthError SUBJECT_REFUSED, STORE_UNAVAILABLE, KEYS_UNAVAILABLE, REFRESH_EXPIRED when `endsBy` has passed; TypeError
   * for a login that cannot be kept; what `beforeStored` throws
   */
  issue(request: IssueRequest): Promise<TokenResponse>
  /**
   * Exchanges a refresh token for its successor and a new access token (RFC 6749 section 6, RFC 9700 section 4.14.2).
   * A token made within the grace is returned unchanged, with a new access token.
   *
   * @throws AuthError REFRESH_*, SUBJECT_REFUSED, STORE_UNAVAILABLE, KEYS_UNAVAILABLE
   */
  refresh(refreshToken: string, request: RefreshRequest): Promise<TokenResponse>
  /**
   * Replaces the facts of a session: its tokens have them from the next refresh on, and with `now: true` the access tokens
   * that it has are refused.
   *
   * @throws AuthError REFRESH_UNKNOWN, REFRESH_ENDED, REFRESH_EXPIRED, STORE_UNAVAILABLE; TypeError for facts that a token
   * cannot have
   * @example await sessions.update(claims.sid, { org: 'org-7' }, { now: true })
   */
  update(sid: string, facts: Claims, options?: UpdateOptions): Promise<SessionInfo>
  /**
   * Notes that the user of a session has just proved anew who they are (RFC 9470), and issues tokens that say so. A new
   * family of refresh tokens begins: a copied token of the former one has no successor.
   *
   * @throws AuthError REFRESH_UNKNOWN, REFRESH_ENDED, REFRESH_EXPIRED, SUBJECT_REFUSED, STORE_UNAVAILABLE, KEYS_UNAVAILABLE
   * @example await sessions.stepUp({ sid, subject }, { amr: ['pwd', 'otp'], acr: 'urn:example:two-factors' })
   */
  stepUp(own: OwnSession, authentication?: Authentication): Promise<TokenResponse>
  /**
   * Issues a short access token of another subject to the user of a session: `act` names that user (RFC 8693 section 4.1).
   * Never for a subject with a role that the user lacks. It is refused as soon as the user's session ends, and cannot be
   * refreshed.
   *
   * @throws AuthError FORBIDDEN, REFRESH_UNKNOWN, REFRESH_ENDED, REFRESH_EXPIRED, SUBJECT_REFUSED, STORE_UNAVAILABLE,
   * KEYS_UNAVAILABLE; TypeError without the option `impersonation`
   * @example const { accessToken } = await sessions.impersonate({ sid, subject: 'admin-1' }, 'user-1')
   */
  impersonate(actor: OwnSession, subject: string): Promise<ImpersonationResponse>
  /**
   * Ends one session; twice is the same as once.
   *
   * @throws AuthError REFRESH_MALFORMED, REFRESH_UNKNOWN, REFRESH_CLIENT, STORE_UNAVAILABLE; TypeError for a `sid`
   * without its subject
   */
  end(target: EndTarget): Promise<EndedSession>
  /** Ends a subject's other sessions. @throws AuthError REFRESH_UNKNOWN, STORE_UNAVAILABLE */
  endOthers(own: OwnSession): Promise<readonly SessionInfo[]>
  /**
   * Ends all sessions of a subject. A login that is part of the same action, after a change of password for one, is
   * issued with `after`: the time at which this was called.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  endAll(subject: string, options?: EndAllOptions): Promise<readonly SessionInfo[]>
  /**
   * A subject's live sessions, newest first: all, or a page of them.
   *
   * @throws AuthError STORE_UNAVAILABLE
   * @example const next = await sessions.list('user-1', { limit: 50, after: page.at(-1) })
   */
  list(subject: string, page?: SessionPage): Promise<readonly SessionInfo[]>
  /**
   * Refuses the access tokens of sessions that ended without it: the list of revoked tokens was full or did not answer, or a
   * process stopped in between. Call it every few seconds in every process; it costs one question to the store when there is
   * nothing to do.
   *
   * @returns how many sessions it has finished
   * @throws AuthError STORE_UNAVAILABLE: what is left is finished by the next call
   * @example setInterval(() => sessions.finishEnding().catch(log), 5000)
   */
  finishEnding(): Promise<number>
  /**
   * Removes some of the sessions that have expired, and of those that ended over a day ago; how many. Logins and refreshes do
   * it by themselves, one process at a time, in small steps beside them; call it only where neither comes for days. Nothing
   * is removed by a process whose clock has not run evenly for as long as an access token lives.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  sweep(): Promise<number>
}

/**
 * Builds the sessions of a service: logins, refreshes with rotation and reuse detection, logouts.
 *
 * All processes over one store need the same `iss` and service keys. Otherwise a logout at one process leaves the access
 * tokens of the others valid until they expire.
 *
 * Not for: a store that loses acknowledged writes. Such a loss logs users out (REFRESH_ROLLED_BACK), without a theft
 * alarm.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous
 * @example
 * const sessions = createSessions({ sign, store, serviceKey, loadSubject, revoke: (entry) => revocation.revoke(entry) })
 * const tokens = await sessions.issue({ subject: 'user-1', client: 'web', scope: 'orders:read' })
 * const next = await sessions.refresh(tokens.refreshToken, { client: 'web' })
 */
export function createSessions(options: SessionsOptions): Sessions {
  const policy = readSessionsOptions(options)
  const settledTime = createSettledTime({ ...policy, settleAfter: policy.accessTtl + margin })
  const sweepNow = createSweeper(policy, settledTime)
  return Object.freeze({
    issue: (request: IssueRequest) => issue(policy, request).finally(sweepNow),
    refresh: (refreshToken: string, request: RefreshRequest) =>
      refresh(policy, refreshToken, request).finally(sweepNow),
    update: (sid: string, facts: Claims, options?: UpdateOptions) =>
      update(policy, { sid, facts }, options),
    stepUp: (own: OwnSession, authentication?: Authentication) =>
      stepUp(policy, own, authentication),
    impersonate: (actor: OwnSession, subject: string) => impersonate(policy, actor, subject),
    end: (target: EndTarget) => end(policy, target),
    endOthers: (own: OwnSession) => endOthers(policy, own),
    endAll: (subject: string, options?: EndAllOptions) => endAll(policy, subject, options),
    list: (subject: string, page?: SessionPage) => list(policy, subject, page),
    finishEnding: createFinisher(policy, settledTime),
    sweep: () => sweep(policy, settledTime),
  })
}
