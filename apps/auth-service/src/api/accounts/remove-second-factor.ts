import { userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { findUser } from '../find-user.js'
import { type GuardedHandler } from './generated/service.js'
import { type UserReq } from './generated/types.js'

/**
 * DELETE /admin/users/:id/second-factor: for a user who has lost it. Sessions go on; end them where the device was stolen.
 *
 * @throws RequestFault BEYOND_OWN, USER_UNKNOWN, SECOND_FACTOR_UNKNOWN; AuthError STORE_UNAVAILABLE
 */
export const removeSecondFactor: GuardedHandler<UserReq, void> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  const user = await findUser(services.users, request.id)
  checkReach(admin, user.roles)
  if (!(await services.secondFactor.remove(user))) throw new RequestFault('SECOND_FACTOR_UNKNOWN')
  const subject = userParty(user)
  await recordAction(call, admin, { kind: 'user.second-factor-removed', subject })
}
