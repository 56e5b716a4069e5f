import { RequestFault } from '../../foundation/faults.js'
import { putPassword } from '../../users/put-password.js'
import { actingAdmin, noteAction } from '../acting-admin.js'
import { type GuardedHandler } from './generated/service.js'
import { type NewPassword } from './generated/types.js'
import { findUser } from './users.js'

/**
 * PUT /admin/users/:id/password
 *
 * @throws RequestFault BODY_INVALID, USER_UNKNOWN, USER_CHANGED, BUSY; AuthError STORE_UNAVAILABLE
 */
export const setPassword: GuardedHandler<NewPassword, void> = async (call) => {
  const { request, services } = call
  const { users, sessions, passwords, passwordRules } = services
  const admin = await actingAdmin(call)
  const user = await findUser(users, request.id)
  const fault = await passwordRules(request.newPassword, [user.username, user.email])
  if (fault !== undefined)
    throw new RequestFault('BODY_INVALID', `newPassword: a password ${fault}`)
  const to = await passwords.hash(request.newPassword)
  const isPut = await putPassword({ users, user, to, end: () => sessions.endAll(user.id) })
  if (!isPut) throw new RequestFault('USER_CHANGED')
  noteAction(call, { by: admin.username, action: 'set a password', user: user.username })
}
