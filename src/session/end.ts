import { AuthError } from '../foundation/errors.js'
import { askStore } from '../foundation/ask-store.js'
import { isSid } from './session-id.js'
import type { SessionsPolicy } from './session-policy.js'
import { isStorableName } from '../foundation/names.js'
import type { StoredSession } from './ports.js'
import { readRefreshToken } from './refresh-token.js'
import { toSessionInfo, type SessionInfo } from './session-info.js'
import { endBoth } from './settle.js'

/**
 * Which session to end: by its refresh token (of any generation), the same bound to a client (RFC 7009 section 2.1), or
 * by the `sid` and `sub` of a verified access token. `whosever` is for administrators, and has to be said.
 */
export type EndTarget =
  | string
  | { readonly refreshToken: string; readonly client: string }
  | OwnSession
  | { readonly sid: string; readonly whosever: true }

/** A session and whose it must be, from a verified access token. */
export interface OwnSession {
  readonly sid: string
  readonly subject: string
}

/** A session that was asked to end. */
export interface EndedSession extends SessionInfo {
  /** Whether it had not ended before: false when it is ended again, which changes nothing. */
  readonly wasLive: boolean
}

/** Ends one session, and refuses its access tokens. */
export async function end(policy: SessionsPolicy, target: EndTarget): Promise<EndedSession> {
  const session = await locate(policy, target)
  const urgent = typeof target === 'object' && 'whosever' in target
  const ended = await endBoth(policy, session, { urgent, mayFold: !urgent })
  return { ...toSessionInfo(policy, ended), wasLive: session.endedAt === undefined }
}

/**
 * A session of the subject's own.
 *
 * @throws AuthError REFRESH_UNKNOWN, also for a session of another subject, so that its existence is not disclosed;
 * TypeError when no subject is named
 */
export async function findOwn(policy: SessionsPolicy, own: OwnSession): Promise<StoredSession> {
  if (!isStorableName(own.subject)) throw new TypeError('subject must say whose session it is')
  const session = await findBySid(policy, own.sid)
  if (session.subject !== own.subject) throw new AuthError('REFRESH_UNKNOWN')
  return session
}

function locate(policy: SessionsPolicy, target: EndTarget): Promise<StoredSession> {
  if (typeof target === 'string') return findByToken(policy, target)
  if ('refreshToken' in target) return findByToken(policy, target.refreshToken, target)
  if ('subject' in target) return findOwn(policy, target)
  const whosever: unknown = target.whosever // a caller in plain JavaScript may leave it out
  if (whosever !== true) throw new TypeError('end takes a sid with its subject')
  return findBySid(policy, target.sid)
}

async function findByToken(
  policy: SessionsPolicy,
  token: string,
  of?: { readonly client: string },
): Promise<StoredSession> {
  const { sessionId } = readRefreshToken(policy.serviceKey, token)
  const session = await askStore(policy.storeDeadlineMs, () => policy.store.find(sessionId))
  if (session === undefined) throw new AuthError('REFRESH_UNKNOWN')
  if (of !== undefined && of.client !== session.client) throw new AuthError('REFRESH_CLIENT')
  return session
}

/** @throws AuthError REFRESH_UNKNOWN, STORE_UNAVAILABLE */
export async function findBySid(policy: SessionsPolicy, sid: string): Promise<StoredSession> {
  const session = isSid(sid)
    ? await askStore(policy.storeDeadlineMs, () => policy.store.findBySid(sid))
    : undefined
  if (session === undefined) throw new AuthError('REFRESH_UNKNOWN')
  return session
}
