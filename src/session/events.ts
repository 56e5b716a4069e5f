import type { StoredSession } from './ports.js'

/**
 * An event of a session, as a hook gets it. It holds no token and no session id. `subject` lets you notify the owner, and
 * is personal data.
 */
export interface SessionEvent {
  /** Unix time in seconds. */
  readonly at: number
  /** Public name of the session, as in its access tokens. */
  readonly sid: string
  readonly subject: string
  readonly client: string
}

/** A user acts as another subject: `subject` is that one, `sid` and `client` are the session's and client of the actor. */
export interface ImpersonationEvent extends SessionEvent {
  readonly actor: string
}

/**
 * Called after a refresh, or for `onEvicted` a login, has had its outcome, in the process that handled it. What a hook throws or rejects with is
 * dropped: it must not undo the refresh or the login. `onEnded` is different.
 */
export interface SessionHooks {
  /** A refresh token was exchanged for its successor. */
  readonly onRefreshed?: (event: SessionEvent) => unknown
  /** A token replaced a moment ago, or its successor, came within the grace: the same successor was given again. */
  readonly onReplayed?: (event: SessionEvent) => unknown
  /** The predecessor came back after the grace and within `recoverWithin`: probably its reply was lost. */
  readonly onRecovered?: (event: SessionEvent) => unknown
  /**
   * Theft: a token that had been replaced was used. The `sid` is revoked by now. The session has ended, or ends with the
   * next refresh of either side. Called at least once, even if the store does not answer.
   */
  readonly onReused?: (event: SessionEvent) => unknown
  /** The store is older than the token: it has lost writes. The session ends; this is no theft. Called each time. */
  readonly onRolledBack?: (event: SessionEvent) => unknown
  /** The user of a session got an access token for another subject. Write it into your audit log. */
  readonly onImpersonated?: (event: ImpersonationEvent) => unknown
  /** The session was ended to make room for a login: its subject had `maxSessions` at that client. Called by the login. */
  readonly onEvicted?: (event: SessionEvent) => unknown
  /**
   * The session has ended before its time, for whatever reason, and its access tokens are refused. Unlike the others it is
   * waited for, and called again by a later `finishEnding` until it resolves, also after a crash: at least once for each
   * session. Use it to tell other systems.
   *
   * @example onEnded: (event) => outbox.add(event)
   */
  readonly onEnded?: (event: SessionEvent) => unknown
}

/** The event of a session at a time in Unix seconds. */
export function toEvent(session: StoredSession, at: number): SessionEvent {
  return { at, sid: session.sid, subject: session.subject, client: session.client }
}
