import { AuthError } from 'jotgate'
import { userOf } from '../../events/event.js'
import { placeOf } from '../../events/place.js'
import { RequestFault } from '../../foundation/faults.js'
import { toPage, toQuery } from '../session-pages.js'
import { ownSession } from '../../sessions/own-session.js'
import { type GuardedHandler } from './generated/service.js'
import { type Ended, type SessionReq, type Sessions, type SessionsReq } from './generated/types.js'

/**
 * GET /user/sessions
 *
 * @throws RequestFault BODY_INVALID; AuthError STORE_UNAVAILABLE
 */
export const listSessions: GuardedHandler<SessionsReq, Sessions> = async (call) => {
  const { request, services } = call
  const own = ownSession(call.claims)
  const found = await services.sessions.list(own.subject, toQuery(request))
  const { rows, ...next } = toPage(found, request)
  return {
    ...next,
    sessions: rows.map(({ sid, client, meta, createdAt, lastUsedAt, expiresAt }) => ({
      id: sid,
      current: sid === own.sid,
      client,
      userAgent: meta['userAgent'] ?? '',
      createdAt,
      lastUsedAt,
      expiresAt,
    })),
  }
}

/**
 * DELETE /user/sessions/:id. Again is the same as once.
 *
 * @throws RequestFault SESSION_UNKNOWN, for another user's session too: the caller does not learn that it exists
 */
export const endSession: GuardedHandler<SessionReq, void> = async (call) => {
  const { claims, request, services } = call
  const { subject, sid } = ownSession(claims)
  const ended = services.sessions.end({ sid: request.id, subject })
  const { wasLive } = await ended.catch((error: unknown) => {
    const isUnknown = error instanceof AuthError && error.code === 'REFRESH_UNKNOWN'
    throw isUnknown ? new RequestFault('SESSION_UNKNOWN') : error
  })
  if (!wasLive) return
  const details = { session: request.id }
  await services.events.record({
    ...{ kind: 'session.revoked', result: 'done', sid, details },
    ...{ actor: userOf(subject), from: placeOf(call) },
  })
}

/**
 * POST /user/sessions/end-others: the calling session goes on; where the others are very many it has to refresh once.
 *
 * @throws AuthError REFRESH_UNKNOWN, STORE_UNAVAILABLE
 */
export const endOtherSessions: GuardedHandler<object, Ended> = async (call) => {
  const { claims, services } = call
  const own = ownSession(claims)
  const ended = await services.sessions.endOthers(own)
  if (ended.length === 0) return { ended: 0 }
  await services.events.record({
    ...{ kind: 'user.sessions-revoked', result: 'done', sid: own.sid },
    ...{ actor: userOf(own.subject), from: placeOf(call), details: { sessions: ended.length } },
  })
  return { ended: ended.length }
}
