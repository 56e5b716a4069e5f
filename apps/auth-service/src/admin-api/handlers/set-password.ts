import { RequestFault } from '../../faults.js'
import { actingAdmin, noteAction } from '../acting.js'
import { type GuardedHandler } from '../generated/server.js'
import { type NewPassword } from '../generated/types.js'
import { findUser } from '../users.js'

/**
 * PUT /admin/users/:id/password
 *
 * @throws RequestFault BODY_INVALID, USER_UNKNOWN, USER_CHANGED, BUSY; AuthError STORE_UNAVAILABLE
 */
export const setPasswordHandler: GuardedHandler<NewPassword, void> = async (call) => {
  const { request, services } = call
  const { users, issuer, passwords, passwordRules } = services
  const admin = await actingAdmin(call)
  const { id, username, email, passwordHash: from } = await findUser(users, request.id)
  const fault = await passwordRules(request.newPassword, [username, email])
  if (fault !== undefined)
    throw new RequestFault('BODY_INVALID', `newPassword: a password ${fault}`)
  const to = await passwords.hash(request.newPassword)
  // Before it, so that a store that fails leaves everything as it was; after it, for logins with the old one meanwhile.
  await issuer.endAll(id)
  if (!(await users.replaceHash(id, { from, to }))) throw new RequestFault('USER_CHANGED')
  await issuer.endAll(id)
  noteAction(call, { by: admin.username, action: 'set a password', user: username })
}
