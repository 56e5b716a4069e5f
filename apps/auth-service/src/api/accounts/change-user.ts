import { userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import { covers } from '../../users/permissions.js'
import { putRoles, renewBefore } from '../../users/put-roles.js'
import type { User as StoredUser } from '../../users/users.js'
import { ownSession } from '../../sessions/own-session.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { findUser, found } from '../find-user.js'
import { type GuardedHandler } from './generated/service.js'
import { type User, type UserChange } from './generated/types.js'
import { checkRoles, toUser } from './users.js'

/**
 * PUT /admin/users/:id: fields that are left out stay. The user's sessions end when a role is taken away, and when the user
 * is disabled or was; a role that is only added refreshes tokens. The calling session never ends: an administrator who
 * changes the own account refreshes, and goes on.
 *
 * @throws RequestFault BODY_INVALID, BEYOND_OWN, USER_UNKNOWN, USER_CHANGED, OWN_ACCOUNT; AuthError STORE_UNAVAILABLE
 */
export const changeUser: GuardedHandler<UserChange, User> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  if (request.roles === undefined && request.disabled === undefined)
    throw new RequestFault('BODY_INVALID', 'the body: names nothing to change')
  const roles = request.roles && checkRoles(request.roles)
  let user = await findUser(services.users, request.id)
  const isOwn = user.id === admin.id
  checkReach(admin, user.roles)
  if (roles !== undefined) checkReach(admin, roles)
  if (isOwn && (request.disabled === true || (roles && !covers(roles, user.roles))))
    throw new RequestFault('OWN_ACCOUNT')
  if (roles !== undefined) user = await changeRoles(call, user, roles)
  if (request.disabled !== undefined) user = await switchUser(call, user, request.disabled)
  await recordAction(call, admin, {
    kind: 'user.changed',
    subject: userParty(user),
    details: {
      ...(roles === undefined ? {} : { roles }),
      ...(request.disabled === undefined ? {} : { disabled: request.disabled }),
    },
  })
  return toUser(user)
}

type ChangeCall = Parameters<typeof changeUser>[0]

async function changeRoles(
  call: ChangeCall,
  user: StoredUser,
  to: readonly string[],
): Promise<StoredUser> {
  const { users, revocation } = call.services
  const renew = () => revocation.revoke({ subject: user.id, before: renewBefore(), urgent: true })
  const end = () => endSessions(call, user.id)
  const changed = await putRoles({ users, user, to, end, renew })
  if (changed === undefined) throw new RequestFault('USER_CHANGED')
  return changed
}

async function switchUser(
  call: ChangeCall,
  { id, disabled: wasDisabled }: StoredUser,
  disabled: boolean,
): Promise<StoredUser> {
  const user = found(await call.services.users.setDisabled(id, disabled))
  // Also when the user is enabled: sessions that could not be ended then must not go on.
  if (disabled || wasDisabled) await endSessions(call, id)
  return user
}

/** All of a user's sessions but the calling one, whose tokens are refreshed. */
async function endSessions({ claims, services }: ChangeCall, id: string): Promise<void> {
  const { sessions, revocation } = services
  const own = ownSession(claims)
  if (own.subject !== id) {
    await sessions.endAll(id)
    return
  }
  await sessions.endOthers(own)
  await revocation.revoke({ subject: id, before: renewBefore(), urgent: true })
}
