import { AuthError, type SessionInfo } from 'jotgate'
import { userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import type { User } from '../../users/users.js'
import { toPage, toQuery } from '../session-pages.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { findUser } from '../find-user.js'
import { type GuardedHandler } from './generated/service.js'
import {
  type Ended,
  type Session,
  type SessionReq,
  type Sessions,
  type SessionsReq,
  type UserReq,
} from './generated/types.js'
import { type Services } from './services.js'

/** Users whose sessions are looked at; a search that fits more says so. */
const mostUsers = 50

/**
 * GET /admin/sessions
 *
 * @throws RequestFault BODY_INVALID; AuthError STORE_UNAVAILABLE
 */
export const searchSessions: GuardedHandler<SessionsReq, Sessions> = async (call) => {
  const { request, services, claims } = call
  const search = request.search?.trim() ?? ''
  const owner = /^[\w-]{16,64}$/.test(search) ? await ownerOf(search, services) : undefined
  const { users, more } =
    owner === undefined ? await usersOf(search, services) : { users: [owner], more: false }
  const lists = await Promise.all(
    users.map(async (user) => {
      // A page of each: whichever of them the page of all takes are among them.
      const sessions = await services.sessions.list(user.id, owner ? {} : toQuery(request))
      return sessions.map((session) => ({ ...session, user }))
    }),
  )
  const all = lists.flat().sort(newestFirst)
  const found = owner === undefined ? all : all.filter(({ sid }) => sid === search)
  const { rows, ...next } = toPage(found, request)
  const sessions = rows.map((row) => toSession(row, { user: row.user, current: claims['sid'] }))
  return { sessions, ...next, more }
}

function newestFirst(one: SessionInfo, other: SessionInfo): number {
  return other.createdAt - one.createdAt || (one.sid < other.sid ? -1 : 1)
}

/** The user of the session of that id. */
async function ownerOf(sid: string, services: Services): Promise<User | undefined> {
  const subject = await services.subjectOf(sid)
  return subject === undefined ? undefined : services.users.byId(subject)
}

async function usersOf(search: string, { users }: Services) {
  const found = await users.list({ search, limit: mostUsers + 1 })
  return { users: found.slice(0, mostUsers), more: found.length > mostUsers }
}

function toSession(
  { sid, client, scope, meta, createdAt, lastUsedAt, expiresAt }: SessionInfo,
  { user, current }: { readonly user: User; readonly current: unknown },
): Session {
  return {
    id: sid,
    userId: user.id,
    username: user.username,
    ...{ client, scope, createdAt, lastUsedAt, expiresAt },
    userAgent: meta['userAgent'] ?? '',
    current: sid === current,
  }
}

/**
 * DELETE /admin/users/:id/sessions
 *
 * @throws RequestFault USER_UNKNOWN, BEYOND_OWN; AuthError STORE_UNAVAILABLE
 */
export const endUserSessions: GuardedHandler<UserReq, Ended> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  const user = await findUser(services.users, request.id)
  checkReach(admin, user.roles)
  const ended = await services.sessions.endAll(user.id)
  const details = { ended: ended.length }
  await recordAction(call, admin, {
    ...{ kind: 'user.sessions-revoked', subject: userParty(user), details },
  })
  return { ended: ended.length }
}

/**
 * DELETE /admin/sessions/:id. Again is the same as once.
 *
 * @throws RequestFault SESSION_NOT_FOUND, BEYOND_OWN; AuthError STORE_UNAVAILABLE
 */
export const endOneSession: GuardedHandler<SessionReq, void> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  const owner = await ownerOf(request.id, services)
  checkReach(admin, owner?.roles ?? [])
  await services.sessions.end({ sid: request.id, whosever: true }).catch((error: unknown) => {
    const isUnknown = error instanceof AuthError && error.code === 'REFRESH_UNKNOWN'
    throw isUnknown ? new RequestFault('SESSION_NOT_FOUND') : error
  })
  await recordAction(call, admin, {
    kind: 'session.revoked',
    ...(owner === undefined ? {} : { subject: userParty(owner) }),
    details: { session: request.id },
  })
}
