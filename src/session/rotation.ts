/**
 * A stored session: a row with a counter, and the one table that decides what a presented refresh token does to it. The
 * refresh tokens of one session are a family; each carries the counter's value as its generation. Times are Unix seconds,
 * durations seconds, all whole numbers.
 */

/** What an application wants to remember about a session, for showing it to its owner. Never a secret. */
export interface SessionMeta {
  readonly userAgent?: string
  readonly address?: string
  readonly [name: string]: string | undefined
}

/** One session: everything that began with one login. */
export interface StoredSession {
  /** 128 random bits, base64url. Secret: only the refresh token carries it. */
  readonly id: string
  /** Public name of the session: a hash of {@link id}. Access tokens carry it, and stores find a session by it. */
  readonly sid: string
  readonly subject: string
  readonly client: string
  /** Space-delimited (RFC 6749 section 3.3). */
  readonly scope: string
  readonly audience: readonly string[]
  /** Number that the current refresh token carries; 0 at login. */
  readonly generation: number
  /** Number of the token that the current one replaced; -1 before the first rotation. */
  readonly parent: number
  readonly createdAt: number
  readonly rotatedAt: number
  /** Rotation never moves it. */
  readonly absoluteExpiry: number
  /** Every rotation moves it, up to {@link absoluteExpiry}. */
  readonly idleExpiry: number
  readonly endedAt?: number
  /**
   * The session has ended, and it is not certain yet that its access tokens are refused: set together with {@link endedAt},
   * until `SessionStore.settle`.
   */
  readonly revocationDue?: true
  readonly meta: SessionMeta
}

/** A client presents a refresh token. */
export interface RotateRequest {
  readonly id: string
  /** Generation that the presented token carries, 0 or more. */
  readonly presented: number
  readonly client: string
  readonly now: number
  readonly grace: number
  readonly recoverWithin: number
  readonly idleTtl: number
}

/** The outcome of a rotation, with the session as it is afterwards. */
export type RotateResult =
  | { readonly kind: 'rotated' | 'replayed' | 'recovered'; readonly session: StoredSession }
  | { readonly kind: RefusedKind; readonly session: StoredSession }
  | { readonly kind: 'unknown' }

/** Every outcome that a rotation can have. */
export type RotateKind = RotateResult['kind']

type RefusedKind = 'reused' | 'rolledBack' | 'ended' | 'expired' | 'otherClient'

/**
 * The table of a rotation, as a pure function: which outcome, and the session afterwards. Stores do the same in one
 * atomic step. Nothing is changed by `replayed`, so that the grace never starts anew, nor by `ended`, `expired` and
 * `otherClient`. A number above the generation is `rolledBack` also when the session has ended: the answer that said so
 * first may have been lost.
 *
 * While the parent would be replayed, its successor is replayed as well instead of rotated: parallel requests with either
 * token, from several tabs for example, get one answer in any order.
 *
 * @example decideRotation(session, request).kind // 'rotated'
 */
export function decideRotation(session: StoredSession, request: RotateRequest): RotateResult {
  const kind = judge(session, request)
  return { kind, session: apply[kind](session, request) }
}

/**
 * Seconds by which clocks may differ: a rotation dated up to so far in the future has just happened. If it is dated
 * further ahead, the clock was set back and the rotation's age is unknown. That is neither theft nor the same moment: the
 * session is recovered, which dates it anew, so that the present clock decides about the next request.
 */
const longestSkew = 60

/** A session as a store keeps it when it ends: ending it twice changes nothing. */
export function endedSession(session: StoredSession, now: number): StoredSession {
  return session.endedAt === undefined ? { ...session, endedAt: now, revocationDue: true } : session
}

type Judged = Exclude<RotateKind, 'unknown'>

function judge(session: StoredSession, request: RotateRequest): Judged {
  const { presented, now } = request
  if (session.endedAt !== undefined && presented <= session.generation) return 'ended'
  if (now >= session.absoluteExpiry || now >= session.idleExpiry) return 'expired'
  if (request.client !== session.client) return 'otherClient'
  if (presented > session.generation) return 'rolledBack'
  const age = now - session.rotatedAt
  if (presented === session.generation)
    return isFresh(session, age, request) ? 'replayed' : 'rotated'
  if (presented !== session.parent) return 'reused'
  if (age < -longestSkew) return 'recovered'
  if (age <= request.grace) return 'replayed'
  return age <= request.recoverWithin ? 'recovered' : 'reused'
}

/** Whether a request with the parent token may still be in flight. Without a grace, no request is waited for. */
function isFresh({ parent }: StoredSession, age: number, { grace }: RotateRequest): boolean {
  return parent >= 0 && grace > 0 && age >= -longestSkew && age <= grace
}

type Step = (session: StoredSession, request: RotateRequest) => StoredSession

const same: Step = (session) => session
const end: Step = (session, { now }) => endedSession(session, now)
/** Recovery keeps the parent: the successor that was never presented is then no longer valid. */
const recover: Step = (session, { now, idleTtl }) => ({
  ...session,
  generation: session.generation + 1,
  rotatedAt: now,
  idleExpiry: Math.min(now + idleTtl, session.absoluteExpiry),
})
const rotate: Step = (session, request) => ({
  ...recover(session, request),
  parent: session.generation,
})

const apply = {
  rotated: rotate,
  replayed: same,
  recovered: recover,
  reused: end,
  rolledBack: end,
  ended: same,
  expired: same,
  otherClient: same,
} as const satisfies Record<Judged, Step>
