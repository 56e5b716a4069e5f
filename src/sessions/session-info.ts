import type { Family, FamilyMeta } from './ports.js'

/** What may be shown of a session: never the family id, and nothing that tells when it rotated. */
export interface SessionInfo {
  /** Public name of the session: what `end({ sid })` takes. */
  readonly sid: string
  readonly subject: string
  readonly client: string
  readonly scope: string
  readonly createdAt: number
  /** Rounded down to the hour: a thief must not learn when the owner refreshes. */
  readonly lastUsedAt: number
  readonly expiresAt: number
  readonly meta: FamilyMeta
}

const hour = 3600

/** @example toSessionInfo(family).sid */
export function toSessionInfo(family: Family): SessionInfo {
  return {
    sid: family.sid,
    subject: family.subject,
    client: family.client,
    scope: family.scope,
    createdAt: family.createdAt,
    lastUsedAt: Math.max(family.createdAt, Math.floor(family.rotatedAt / hour) * hour),
    expiresAt: family.absoluteExpiry,
    meta: family.meta,
  }
}
