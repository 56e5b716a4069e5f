import type { IssuerPolicy } from './issuer-policy.js'
import type { Family, FamilyMeta } from './ports.js'

/** What may be shown of a session: never the family id, and nothing that tells when it rotated. */
export interface SessionInfo {
  /** Public name of the session: what `end({ sid })` takes. */
  readonly sid: string
  readonly subject: string
  readonly client: string
  readonly scope: string
  readonly createdAt: number
  /**
   * A whole hour, and the present one for every session whose owner may still be there: nobody sees it change when the
   * owner refreshes, so that a thief can not refresh in step.
   */
  readonly lastUsedAt: number
  readonly expiresAt: number
  readonly meta: FamilyMeta
}

const hour = 3600

/** @example toSessionInfo(policy, family).sid */
export function toSessionInfo(
  policy: Pick<IssuerPolicy, 'now' | 'accessTtl'>,
  family: Family,
): SessionInfo {
  return {
    sid: family.sid,
    subject: family.subject,
    client: family.client,
    scope: family.scope,
    createdAt: family.createdAt,
    lastUsedAt: lastUsedAt(policy, family),
    expiresAt: family.absoluteExpiry,
    meta: family.meta,
  }
}

/** Rounding alone would tell: the first refresh of an hour moves the time shown at the very second. */
function lastUsedAt(
  { now, accessTtl }: Pick<IssuerPolicy, 'now' | 'accessTtl'>,
  { createdAt, rotatedAt }: Family,
): number {
  const present = now()
  const mayBeThere = present - rotatedAt <= accessTtl + hour
  const used = mayBeThere ? present : rotatedAt
  return Math.max(createdAt, Math.floor(used / hour) * hour)
}
