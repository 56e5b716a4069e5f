import type { StoredSession } from './ports.js'

/**
 * What a hook is told about a session. It holds no token and no session id; `subject` is there so that the owner can be
 * told, and is personal data.
 */
export interface SessionEvent {
  /** Unix time in seconds. */
  readonly at: number
  /** Public name of the session, as in its access tokens. */
  readonly sid: string
  readonly subject: string
  readonly client: string
}

/**
 * Called after the fact, in the process that saw it. What a hook throws or rejects with is dropped: it must not undo a
 * refresh that has happened.
 */
export interface SessionHooks {
  /** A refresh token was exchanged for its successor. */
  readonly onRefreshed?: (event: SessionEvent) => unknown
  /** A token just replaced, or its successor, within the grace: that successor was given again. */
  readonly onReplayed?: (event: SessionEvent) => unknown
  /** The predecessor came back after the grace and within `recoverWithin`: a lost reply, most likely. */
  readonly onRecovered?: (event: SessionEvent) => unknown
  /**
   * Theft: a token that had been replaced was used. The `sid` is revoked by now, and the session ended, or its end is
   * asked for again with the next refresh of either side: told at least once, also when the store does not answer.
   */
  readonly onReused?: (event: SessionEvent) => unknown
  /** The store knows less than the token: it has lost writes. The session is ended; this is no theft. Told each time. */
  readonly onRolledBack?: (event: SessionEvent) => unknown
}

/** What a hook is told about a session. */
export function toEvent(session: StoredSession, at: number): SessionEvent {
  return { at, sid: session.sid, subject: session.subject, client: session.client }
}
