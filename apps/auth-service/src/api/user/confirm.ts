import { ownSession } from '../../sessions/own-session.js'
import { type GuardedHandler } from './generated/service.js'
import { type ConfirmReq, type TokenResp } from './generated/types.js'
import { proveOwner, refuseOthers } from './own-account.js'
import { currentUser } from './profile.js'
import { recordOwn } from './record.js'

/**
 * POST /user/confirm: the password again and, where there is a second factor, a code of it, under the limits of a login, for what
 * needs a recent one.
 *
 * @throws RequestFault PASSWORD_REFUSED, CODE_REQUIRED, TOO_MANY, BUSY; AuthError FORBIDDEN, REFRESH_ENDED, STORE_UNAVAILABLE
 */
export const confirm: GuardedHandler<ConfirmReq, TokenResp> = async (call) => {
  const { claims, request, services } = call
  refuseOthers(claims)
  const own = ownSession(claims)
  const user = await currentUser(call)
  const act = { kind: 'user.confirmed', sid: own.sid } as const
  const { amr } = await proveOwner(call, { user, act, ...request })
  const tokens = await services.sessions.stepUp(own, { amr })
  await recordOwn(call, user, act)
  return tokens
}
