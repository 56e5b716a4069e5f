import { RequestFault } from '../../foundation/faults.js'
import { ownSession } from '../../sessions/own-session.js'
import { type GuardedHandler } from './generated/service.js'
import {
  type BegunSecondFactor,
  type NewSecondFactor,
  type RecoveryCodes,
  type RemovedSecondFactor,
  type SecondFactor,
  type SecondFactorCode,
} from './generated/types.js'
import { proveOwner, refuseOthers } from './own-account.js'
import { currentUser } from './profile.js'
import { proveSetUp } from './prove-set-up.js'
import { recordOwn } from './record.js'

/** GET /user/second-factor */
export const getSecondFactor: GuardedHandler<object, SecondFactor> = async (call) => {
  const user = await currentUser(call)
  const { isActive, recoveryCodes } = await call.services.secondFactor.state(user)
  return { active: isActive, recoveryCodes }
}

/**
 * POST /user/second-factor: asks for the password, so that no screen left open is enough.
 *
 * @throws RequestFault SECOND_FACTOR_EXISTS, SECOND_FACTOR_OFF, PASSWORD_REFUSED, TOO_MANY, BUSY; AuthError FORBIDDEN,
 * STORE_UNAVAILABLE
 */
export const beginSecondFactor: GuardedHandler<NewSecondFactor, BegunSecondFactor> = async (
  call,
) => {
  const { claims, request, services } = call
  refuseOthers(claims)
  const user = await currentUser(call)
  if (await services.secondFactor.required(user)) throw new RequestFault('SECOND_FACTOR_EXISTS')
  const act = { kind: 'user.second-factor-added' } as const
  await proveOwner(call, { user, act, ...request })
  return services.secondFactor.begin(user)
}

/**
 * POST /user/second-factor/confirm: asks for the password, unless the login is recent. The user's other sessions end: they began
 * without it.
 *
 * @throws RequestFault CODE_REFUSED, PASSWORD_REFUSED, TOO_MANY, BUSY; AuthError FORBIDDEN, STEP_UP_REQUIRED, STORE_UNAVAILABLE,
 * KEYS_UNAVAILABLE
 */
export const confirmSecondFactor: GuardedHandler<SecondFactorCode, RecoveryCodes> = async (
  call,
) => {
  const { claims, services } = call
  refuseOthers(claims)
  const own = ownSession(claims)
  const user = await currentUser(call)
  const act = { kind: 'user.second-factor-added', sid: own.sid } as const
  const right = await proveSetUp(call, { user, act })
  await services.sessions.endOthers(own)
  const codes = await services.secondFactor.confirm(user, right)
  if (codes === undefined) throw new RequestFault('CODE_REFUSED')
  await recordOwn(call, user, act)
  return { recoveryCodes: [...codes] }
}

/**
 * POST /user/second-factor/remove: asks for the password and a code.
 *
 * @throws RequestFault SECOND_FACTOR_UNKNOWN, PASSWORD_REFUSED, TOO_MANY, BUSY; AuthError FORBIDDEN, STORE_UNAVAILABLE,
 * KEYS_UNAVAILABLE
 */
export const removeSecondFactor: GuardedHandler<RemovedSecondFactor, void> = async (call) => {
  const { claims, request, services } = call
  refuseOthers(claims)
  const user = await currentUser(call)
  if (!(await services.secondFactor.required(user))) throw new RequestFault('SECOND_FACTOR_UNKNOWN')
  const act = { kind: 'user.second-factor-removed' } as const
  await proveOwner(call, { user, act, ...request })
  await services.secondFactor.remove(user)
  await recordOwn(call, user, act)
}
