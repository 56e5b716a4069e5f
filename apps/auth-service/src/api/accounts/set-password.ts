import { userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import { putPassword } from '../../users/put-password.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { findUser } from '../find-user.js'
import { type GuardedHandler } from './generated/service.js'
import { type NewPassword } from './generated/types.js'

/**
 * PUT /admin/users/:id/password
 *
 * @throws RequestFault BODY_INVALID, BEYOND_OWN, USER_UNKNOWN, USER_CHANGED, BUSY; AuthError STORE_UNAVAILABLE
 */
export const setPassword: GuardedHandler<NewPassword, void> = async (call) => {
  const { request, services } = call
  const { users, sessions, passwords, passwordRules } = services
  const admin = await actingAdmin(call)
  const asked = await findUser(users, request.id)
  checkReach(admin, asked.roles)
  const fault = await passwordRules(request.newPassword, [asked.username, asked.email])
  if (fault !== undefined)
    throw new RequestFault('BODY_INVALID', `newPassword: a password ${fault}`)
  const to = await passwords.hash(request.newPassword)
  // The hash takes a while, in which the user may have been given a role.
  const user = await findUser(users, request.id)
  checkReach(admin, user.roles)
  const isPut = await putPassword({ users, user, to, end: () => sessions.endAll(user.id) })
  if (!isPut) throw new RequestFault('USER_CHANGED')
  await recordAction(call, admin, { kind: 'user.password-changed', subject: userParty(user) })
}
