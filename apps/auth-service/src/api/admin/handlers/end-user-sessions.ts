import { actingAdmin, noteAction } from '../../acting-admin.js'
import { type GuardedHandler } from '../generated/server.js'
import { type Ended, type UserReq } from '../generated/types.js'
import { findUser } from '../users.js'

/** DELETE /admin/users/:id/sessions */
export const endUserSessionsHandler: GuardedHandler<UserReq, Ended> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  const { id, username } = await findUser(services.users, request.id)
  const ended = await services.sessions.endAll(id)
  noteAction(call, { by: admin.username, action: 'end all sessions', user: username })
  return { ended: ended.length }
}
