/**
 * The store that sessions need. A session is a row with a counter, and `rotate` is the one operation that has to be
 * atomic. Times are Unix seconds, whole numbers.
 */
import type { StoreClock } from '../foundation/settled-time.js'
import type { StoredSession, RotateRequest, RotateResult } from './rotation.js'

export {
  decideRotation,
  detailsText,
  endedSession,
  isWithinGrace,
  parentOfFamily,
  type StoredSession,
  type SessionDetails,
  type SessionMeta,
  type RotateKind,
  type RotateRequest,
  type RotateResult,
} from './rotation.js'

/** The sessions of a subject to end. */
export interface EndAllRequest {
  readonly subject: string
  readonly now: number
  /** Id of a session to keep: the one that asks. */
  readonly except?: string
}

/** Part of a list, ordered from the newest session to the oldest, and by `sid` within a second. */
export interface SessionPage {
  /** At most so many. Default: all. */
  readonly limit?: number
  /** Only those that come after this one, the last of the page before, even if it has ended meanwhile. */
  readonly after?: Pick<StoredSession, 'createdAt' | 'sid'>
}

/** A change of a session, which is made only if nothing else has changed it. */
export interface ReplaceRequest {
  /** The session as it was read: its `generation` and `details` must still be these, and it must not have ended. */
  readonly was: StoredSession
  /** The session afterwards. Only `details`, `generation`, `parent`, `rotatedAt` and `idleExpiry` may differ. */
  readonly becomes: StoredSession
}

/** Which sessions to remove. */
export interface SweepRequest {
  /** Those whose absolute expiry, or whose idle expiry, is before this time. */
  readonly before: number
  /** Those that ended before this time, unless they are marked. */
  readonly endedBefore: number
  /** At most so many are looked at. */
  readonly limit: number
}

/** A turn at something that one process at a time does for all. */
export interface TurnRequest {
  readonly now: number
  /** How long the turn lasts: so long every other process is refused. */
  readonly seconds: number
}

/** Which ended sessions to finish. */
export interface DueRequest {
  /** At most so many. */
  readonly limit: number
  /** Only those of this subject. Default: of all. */
  readonly subject?: string
}

/**
 * Keeps sessions. `clock` is the clock of the store's server, if it has one. Every method is atomic and has its own deadline; a store that does not answer rejects with
 * `AuthError` `STORE_UNAVAILABLE`, and asking again has no second effect.
 */
export interface SessionStore extends StoreClock {
  /** Keeps a new session. Rejects when there is one of that id, without touching it. */
  create(session: StoredSession): Promise<void>
  /** The session, ended or not; undefined when there is none. */
  find(id: string): Promise<StoredSession | undefined>
  /** The same by its public name, which is as unique as the id. */
  findBySid(sid: string): Promise<StoredSession | undefined>
  /** The one atomic step of a refresh; `decideRotation` is the table it decides by. */
  rotate(request: RotateRequest): Promise<RotateResult>
  /**
   * Ends one session, and marks it as due for revocation in the same step; the session as it then is, undefined when there is
   * none. Ending twice keeps the first time, and sets no new mark.
   */
  end(id: string, now: number): Promise<StoredSession | undefined>
  /** Ends all sessions of a subject, marked as by {@link end}; those that this call ended. */
  endAll(request: EndAllRequest): Promise<readonly StoredSession[]>
  /**
   * Ended sessions whose access tokens may still be valid, because their mark has not been removed; the order does not
   * matter. A process that stopped half-way, or a list of revoked tokens that was full, leaves some behind. A session that
   * cannot be read is left out, so that it does not keep the others.
   */
  due(request: DueRequest): Promise<readonly StoredSession[]>
  /** Removes the mark of sessions whose access tokens are refused. Ids without a mark are left out. */
  settle(ids: readonly string[]): Promise<void>
  /** A subject's sessions that have neither ended nor expired, newest first: all, or a page of them. */
  list(subject: string, now: number, page?: SessionPage): Promise<readonly StoredSession[]>
  /** Replaces a session that is still as it was read; whether it was. Nothing is changed if not. */
  replace(request: ReplaceRequest): Promise<boolean>
  /**
   * Removes some of the sessions that can have no use any more; how many. Pass times that have certainly passed
   * (`createSettledTime`), because other processes share the sessions.
   */
  sweep(request: SweepRequest): Promise<number>
  /**
   * Takes the turn to sweep, if no process has it; whether this one has it now. A turn that a wrong clock has dated far
   * ahead counts as none.
   */
  takeTurn(request: TurnRequest): Promise<boolean>
}
