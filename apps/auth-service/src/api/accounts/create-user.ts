import { userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import { usernameFault } from '../../users/names.js'
import { SetupFault } from '../../foundation/setup-fault.js'
import { newUser } from '../../users/users.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { type GuardedHandler } from './generated/service.js'
import { type NewUser, type User } from './generated/types.js'
import { checkRoles, toUser } from './users.js'

/**
 * POST /admin/users
 *
 * @throws RequestFault BODY_INVALID, BEYOND_OWN, USER_EXISTS, BUSY
 */
export const createUser: GuardedHandler<NewUser, User> = async (call) => {
  const { username, password } = call.request
  const { users, passwords, passwordRules } = call.services
  const admin = await actingAdmin(call)
  const roles = checkRoles(call.request.roles ?? [])
  checkReach(admin, roles)
  const nameless = usernameFault(username)
  if (nameless !== undefined)
    throw new RequestFault('BODY_INVALID', `username: a username ${nameless}`)
  const fault = await passwordRules(password, [username])
  if (fault !== undefined) throw new RequestFault('BODY_INVALID', `password: a password ${fault}`)
  if ((await users.byUsername(username)) !== undefined) throw new RequestFault('USER_EXISTS')
  const user = newUser({ username, roles, passwordHash: await passwords.hash(password) })
  await users.create(user).catch((error: unknown) => {
    throw error instanceof SetupFault ? new RequestFault('USER_EXISTS') : error
  })
  await recordAction(call, admin, {
    kind: 'user.created',
    subject: userParty(user),
    details: { roles },
  })
  return toUser(user)
}
