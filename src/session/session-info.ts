import type { Claims } from '../token/token.js'
import type { SessionsPolicy } from './session-policy.js'
import type { StoredSession, SessionMeta } from './ports.js'

/** What may be shown of a session: never the session id, and nothing that tells when it rotated. */
export interface SessionInfo {
  /** Public name of the session: what `end({ sid })` takes. */
  readonly sid: string
  readonly subject: string
  readonly client: string
  readonly scope: string
  readonly createdAt: number
  /**
   * Rounded to the hour, and the present hour for every session whose owner may still be there: a thief who watches it
   * cannot refresh in step with the owner.
   */
  readonly lastUsedAt: number
  readonly expiresAt: number
  readonly meta: SessionMeta
  /** What the application keeps with the session. */
  readonly facts: Claims
  /** When the user last proved who they are; undefined for a session of an earlier release. */
  readonly authTime: number | undefined
}

const hour = 3600

/** @example toSessionInfo(policy, session).sid */
export function toSessionInfo(
  policy: Pick<SessionsPolicy, 'now' | 'accessTtl'>,
  session: StoredSession,
): SessionInfo {
  return {
    sid: session.sid,
    subject: session.subject,
    client: session.client,
    scope: session.scope,
    createdAt: session.createdAt,
    lastUsedAt: lastUsedAt(policy, session),
    expiresAt: session.absoluteExpiry,
    meta: session.meta,
    facts: session.details?.facts ?? {},
    authTime: session.details?.authTime,
  }
}

/** Rounding alone would tell: the first refresh of an hour moves the time shown at the very second. */
function lastUsedAt(
  { now, accessTtl }: Pick<SessionsPolicy, 'now' | 'accessTtl'>,
  { createdAt, rotatedAt }: StoredSession,
): number {
  const present = now()
  const mayBeThere = present - rotatedAt <= accessTtl + hour
  const used = mayBeThere ? present : rotatedAt
  return Math.max(createdAt, Math.floor(used / hour) * hour)
}
