import { userOf, userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import { unlockUser } from '../../limits/lockouts.js'
import { demoSubject } from '../../users/demo-user.js'
import { deleteUser as deleteForGood } from '../../users/delete-user.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { findUser } from '../find-user.js'
import { type GuardedHandler } from './generated/service.js'
import { type UserDeletion } from './generated/types.js'

const question =
  'this deletes the user for good: repeat it with the username of the user as "confirm"'

/**
 * DELETE /admin/users/:id, with the username as `confirm`. Tokens of the user are refused at once, and the audit log forgets
 * names and addresses of the user.
 *
 * @throws RequestFault OWN_ACCOUNT, BEYOND_OWN, USER_UNKNOWN, DEMO_ACCOUNT, CONFIRM; AuthError STORE_UNAVAILABLE
 */
export const deleteUser: GuardedHandler<UserDeletion, void> = async (call) => {
  const { request, services } = call
  const { users, sessions, lockouts } = services
  const admin = await actingAdmin(call)
  const user = await findUser(users, request.id)
  if (user.id === admin.id)
    throw new RequestFault('OWN_ACCOUNT', 'you cannot delete your own account')
  checkReach(admin, user.roles)
  if (user.id === demoSubject) throw new RequestFault('DEMO_ACCOUNT')
  if (request.confirm !== user.username) throw new RequestFault('CONFIRM', question)
  const end = () => sessions.endAll(user.id)
  await deleteForGood({
    users,
    user,
    end,
    forget: [(id) => unlockUser(lockouts, id)],
    also: (id) => [services.audit.erasureNote(id)],
  })
  // By the id alone: the name is deleted as well.
  await recordAction(call, admin, { kind: 'user.deleted', subject: userOf(user.id) })
  await services.audit.erase(user.id, userParty(admin))
}
