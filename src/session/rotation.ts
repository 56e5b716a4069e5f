/**
 * A stored session: a row with a counter, and the one table that decides what a presented refresh token does to it. The
 * refresh tokens of one session are a family; each carries the counter's value as its generation. Times are Unix seconds,
 * durations seconds, all whole numbers.
 */

import type { Claims } from '../token/token.js'

/** What an application wants to remember about a session, for showing it to its owner. Never a secret. */
export interface SessionMeta {
  readonly userAgent?: string
  readonly address?: string
  readonly [name: string]: string | undefined
}

/** What an application and its user have said about a session: JSON, kept as one text. Absent in sessions of earlier releases. */
export interface SessionDetails {
  /** Claims that the application keeps with the session: they are in each of its access tokens. */
  readonly facts?: Claims
  /** When the user last proved who they are. */
  readonly authTime?: number
  /** How (RFC 8176). */
  readonly amr?: readonly string[]
  /** How strongly (OpenID Connect Core section 2). */
  readonly acr?: string
  /** Access tokens issued up to then are refused, unless they say that they were issued after it: `jotgate_after`. */
  readonly cutOff?: number
  /** When the user last got an access token for another subject. */
  readonly impersonatedAt?: number
}

/**
 * Details as the text that stores keep and compare; the empty text for none.
 *
 * @example detailsText({ authTime: 1800000000 }) // '{"authTime":1800000000}'
 */
export function detailsText(details: SessionDetails | undefined): string {
  return details === undefined ? '' : JSON.stringify(details)
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
  /**
   * Number of the token that the current one replaced; -1 before the first rotation, and what {@link parentOfFamily} says when the
   * family of refresh tokens began anew.
   */
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
  readonly details?: SessionDetails
}

/**
 * The parent of the first refresh token of a later family, one generation on: -1 less the number of last tokens of former
 * families that their owner may still have, because a request was in flight or an answer was lost. None of them has a successor.
 *
 * @example parentOfFamily({ ...session, generation: 5, parent: 4 }) // -3: the tokens 4 and 5
 */
export function parentOfFamily({ generation, parent }: StoredSession): number {
  if (parent < -1) return parent - 1
  return parent === -1 ? -2 : parent - generation - 2
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

type RefusedKind = 'reused' | 'superseded' | 'rolledBack' | 'ended' | 'expired' | 'otherClient'

/**
 * The table of a rotation, as a pure function: which outcome, and the session afterwards. Stores do the same in one
 * atomic step. Nothing is changed by `replayed`, so that the grace never starts anew, nor by `superseded`, `ended`, `expired` and
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
  if (presented === session.generation) return isFresh(session, request) ? 'replayed' : 'rotated'
  if (presented !== session.parent)
    return isSuperseded(session, age, request) ? 'superseded' : 'reused'
  if (age < -longestSkew) return 'recovered'
  if (age <= request.grace) return 'replayed'
  return age <= request.recoverWithin ? 'recovered' : 'reused'
}

/**
 * Whether it is one of the last tokens of a former family, a moment after the next one began: a tab that has not heard of it,
 * or a lost answer. It gets nothing, and it is no theft yet.
 */
function isSuperseded(
  { parent, generation }: StoredSession,
  age: number,
  { presented, recoverWithin, grace }: RotateRequest,
): boolean {
  if (parent >= -1 || presented < generation + parent + 1) return false
  return age <= recoverWithin || age <= grace
}

/** Whether a request with the parent token may still be in flight. */
function isFresh(session: StoredSession, request: RotateRequest): boolean {
  return session.parent >= 0 && isWithinGrace(session, request)
}

/**
 * Whether the newest refresh token of a session is so young that requests with the one before may still be in flight. Without a
 * grace, no request is waited for.
 */
export function isWithinGrace(
  { rotatedAt }: Pick<StoredSession, 'rotatedAt'>,
  { now, grace }: Pick<RotateRequest, 'now' | 'grace'>,
): boolean {
  const age = now - rotatedAt
  return grace > 0 && age >= -longestSkew && age <= grace
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
  superseded: same,
  rolledBack: end,
  ended: same,
  expired: same,
  otherClient: same,
} as const satisfies Record<Judged, Step>
