import { AuthError } from '../core/errors.js'
import { ask } from './asking.js'
import type { IssuerPolicy } from './issuer-options.js'
import type { Family } from './ports.js'
import { readRefreshToken } from './refresh-token.js'
import { toSessionInfo, type SessionInfo } from './session-info.js'

/**
 * Which session to end: by its refresh token (of any generation), the same bound to a client (RFC 7009 section 2.1),
 * or by the `sid` of a verified access token. `subject: null` ends whosever session it is, for an administrator.
 */
export type EndTarget =
  | string
  | { readonly refreshToken: string; readonly client: string }
  | { readonly sid: string; readonly subject: string | null }

/** Ends one session. Its access tokens go first: a failure in between can be repeated. */
export async function end(policy: IssuerPolicy, target: EndTarget): Promise<SessionInfo> {
  const family = await locate(policy, target)
  await revokeAccess(policy, family)
  const ended = await ask('STORE_UNAVAILABLE', () => policy.families.end(family.id, policy.now()))
  return toSessionInfo(ended ?? family)
}

/** Ends a subject's sessions, all but one or all. */
export async function endMany(
  policy: IssuerPolicy,
  subject: string,
  except?: Family,
): Promise<readonly SessionInfo[]> {
  const { families } = policy
  const live = await ask('STORE_UNAVAILABLE', () => families.list(subject, policy.now()))
  const foreseen = live.filter(({ id }) => id !== except?.id)
  await revokeEach(policy, foreseen)
  const request = { subject, now: policy.now(), ...(except && { except: except.id }) }
  const ended = await ask('STORE_UNAVAILABLE', () => families.endAll(request))
  // Those that began in between.
  const known = new Set(foreseen.map(({ id }) => id))
  await revokeEach(
    policy,
    ended.filter(({ id }) => !known.has(id)),
  )
  return ended.map(toSessionInfo)
}

/** One after another: a store in this process answers without waiting, and thousands in a row would block it. */
async function revokeEach(policy: IssuerPolicy, families: readonly Family[]): Promise<void> {
  for (const family of families) {
    await revokeAccess(policy, family)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** @throws AuthError REFRESH_UNKNOWN, for a session of somebody else too: nobody learns that it exists */
export async function findOwn(
  policy: IssuerPolicy,
  { sid, subject }: { readonly sid: string; readonly subject: string | null },
): Promise<Family> {
  const family = await ask('STORE_UNAVAILABLE', () => policy.families.findBySid(sid))
  if (family === undefined || (subject !== null && family.subject !== subject))
    throw new AuthError('REFRESH_UNKNOWN')
  return family
}

/** Past every clock tolerance that a verifier may have, and a minute for clocks that differ. */
const margin = 300 + 60

/**
 * Refuses a session's access tokens, unless it ended so long ago that none can be left.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function revokeAccess(policy: IssuerPolicy, family: Family): Promise<void> {
  if (family.endedAt !== undefined && policy.now() > family.endedAt + policy.accessTtl + margin)
    return
  await ask('STORE_UNAVAILABLE', () => policy.revoke({ sid: family.sid }))
}

async function locate(policy: IssuerPolicy, target: EndTarget): Promise<Family> {
  if (typeof target !== 'string' && 'sid' in target) return findOwn(policy, target)
  const token = typeof target === 'string' ? target : target.refreshToken
  const { familyId } = readRefreshToken(policy.serviceKey, token)
  const family = await ask('STORE_UNAVAILABLE', () => policy.families.find(familyId))
  if (family === undefined) throw new AuthError('REFRESH_UNKNOWN')
  if (typeof target !== 'string' && target.client !== family.client)
    throw new AuthError('REFRESH_CLIENT')
  return family
}
