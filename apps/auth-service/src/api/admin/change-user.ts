import { RequestFault } from '../../foundation/faults.js'
import { adminRole } from '../../users/names.js'
import { ownSession } from '../../sessions/own-session.js'
import { actingAdmin, noteAction } from '../acting-admin.js'
import { type GuardedHandler } from './generated/service.js'
import { type User, type UserChange } from './generated/types.js'
import { checkRoles, findUser, found, toUser } from './users.js'

/**
 * PUT /admin/users/:id: fields that are left out stay. The sessions of the user end, so that no earlier token states old
 * roles. An administrator who changes the own account keeps the calling session; its tokens state the new roles from the
 * next refresh on.
 *
 * @throws RequestFault BODY_INVALID, USER_UNKNOWN, OWN_ACCOUNT; AuthError STORE_UNAVAILABLE
 */
export const changeUser: GuardedHandler<UserChange, User> = async (call) => {
  const { request, services } = call
  const { users, sessions } = services
  const admin = await actingAdmin(call)
  if (request.roles === undefined && request.disabled === undefined)
    throw new RequestFault('BODY_INVALID', 'the body: names nothing to change')
  const roles = request.roles && checkRoles(request.roles)
  let user = await findUser(users, request.id)
  const isOwn = user.id === admin.id
  if (isOwn && (request.disabled === true || roles?.includes(adminRole) === false))
    throw new RequestFault('OWN_ACCOUNT')
  if (roles !== undefined) user = found(await users.setRoles(user.id, roles))
  if (request.disabled !== undefined)
    user = found(await users.setDisabled(user.id, request.disabled))
  await (isOwn ? sessions.endOthers(ownSession(call.claims)) : sessions.endAll(user.id))
  noteAction(call, { by: admin.username, action: 'change a user', user: user.username })
  return toUser(user)
}
