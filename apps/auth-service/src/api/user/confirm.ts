import { AuthError } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { firstParty } from '../../oauth/first-party.js'
import { ownSession } from '../../sessions/own-session.js'
import { type GuardedHandler } from './generated/service.js'
import { type ConfirmReq, type TokenResp } from './generated/types.js'
import { currentUser } from './profile.js'
import { recordOwn, recordRefusal } from './record.js'

/**
 * POST /user/confirm: the password again, under the limits of a login, for what needs a recent one. Refused are sessions of
 * registered apps, which have a login of their own, and tokens that another party uses in place of the user.
 *
 * @throws RequestFault PASSWORD_REFUSED, TOO_MANY, BUSY; AuthError FORBIDDEN, REFRESH_ENDED, STORE_UNAVAILABLE
 */
export const confirm: GuardedHandler<ConfirmReq, TokenResp> = async (call) => {
  const { address, claims, request, services, signal } = call
  const { admission, passwords, sessions } = services
  if (claims['client_id'] !== firstParty || 'act' in claims) throw new AuthError('FORBIDDEN')
  const own = ownSession(claims)
  const user = await currentUser(call)
  const login = await admission.admit({
    address,
    name: user.username,
    account: () => Promise.resolve(user),
    check: (phc) => passwords.check(request.password, phc, () => signal.aborted),
  })
  const act = { kind: 'user.confirmed', sid: own.sid } as const
  if (login.kind !== 'right') {
    recordRefusal(call, login, act)
    throw new RequestFault('PASSWORD_REFUSED')
  }
  const tokens = await sessions.stepUp(own, { amr: ['pwd'] })
  await recordOwn(call, user, act)
  return tokens
}
