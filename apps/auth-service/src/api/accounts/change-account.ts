import { userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import { SetupFault } from '../../foundation/setup-fault.js'
import { changeAttributes } from '../../users/attributes.js'
import { usernameFault } from '../../users/names.js'
import { profileFaults } from '../../users/profile-faults.js'
import type { Attributes, User as StoredUser } from '../../users/users.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { findUser, found } from '../find-user.js'
import { type GuardedHandler } from './generated/service.js'
import { type AccountChange, type NewUsername, type User } from './generated/types.js'
import { toUser } from './users.js'

/**
 * PUT /admin/users/:id/username: sessions go on, since tokens name the user by its id.
 *
 * @throws RequestFault BODY_INVALID, BEYOND_OWN, USER_UNKNOWN, USER_EXISTS, DEMO_ACCOUNT; AuthError STORE_UNAVAILABLE
 */
export const renameUser: GuardedHandler<NewUsername, User> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  const before = await findUser(services.users, request.id)
  checkReach(admin, before.roles)
  const nameless = usernameFault(request.username)
  if (nameless !== undefined)
    throw new RequestFault('BODY_INVALID', `username: a username ${nameless}`)
  const renamed = services.users.rename(before.id, request.username)
  const user = await renamed.catch((error: unknown) => {
    throw error instanceof SetupFault ? new RequestFault('USER_EXISTS') : error
  })
  await recordAction(call, admin, { kind: 'user.renamed', subject: userParty(before) })
  return toUser(found(user))
}

/**
 * PUT /admin/users/:id/account: what is left out stays. Tokens have the attributes from their next refresh on.
 *
 * @throws RequestFault BODY_INVALID, BEYOND_OWN, USER_UNKNOWN, USER_CHANGED; AuthError STORE_UNAVAILABLE
 */
export const changeAccount: GuardedHandler<AccountChange, User> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  const before = await findUser(services.users, request.id)
  checkReach(admin, before.roles)
  const { displayName, email } = request
  const attributes = checkChange(call, before)
  let user = before
  if (attributes !== undefined) {
    const change = { from: before.attributes ?? {}, to: attributes }
    const changed = await services.users.replaceAttributes(before.id, change)
    if (changed === undefined) throw new RequestFault('USER_CHANGED')
    user = changed
  }
  if (displayName !== undefined || email !== undefined)
    user = found(await services.users.changeProfile(before.id, { displayName, email }))
  const fields = Object.keys(request).filter((name) => name !== 'id')
  const subject = userParty(before)
  await recordAction(call, admin, { kind: 'user.account-changed', subject, details: { fields } })
  return toUser(user)
}

/** What an .api file cannot say; the attributes as they are to be, or undefined when they stay. */
function checkChange(
  { request, services }: Parameters<typeof changeAccount>[0],
  { attributes: before }: StoredUser,
): Attributes | undefined {
  const faults = [
    ...(Object.keys(request).every((name) => name === 'id')
      ? ['the body: names nothing to change']
      : []),
    ...profileFaults(request),
  ]
  const { userAttributes } = services.configuration
  const changed = changeAttributes(userAttributes, before, request.attributes ?? {})
  if (changed.kind === 'refused') faults.push(...changed.faults)
  if (faults.length > 0 || changed.kind === 'refused')
    throw new RequestFault('BODY_INVALID', faults.join('; '))
  return request.attributes && changed.attributes
}
