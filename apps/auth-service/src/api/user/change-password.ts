import { RequestFault } from '../../foundation/faults.js'
import { putPassword } from '../../users/put-password.js'
import { type GuardedHandler } from './generated/service.js'
import { type PasswordChange } from './generated/types.js'
import { ownSession } from '../../sessions/own-session.js'
import { currentUser } from './profile.js'
import { recordOwn, recordRefusal } from './record.js'

/**
 * PUT /user/password: asks for the old password, and ends all sessions but this one.
 *
 * @throws RequestFault BODY_INVALID, PASSWORD_REFUSED, TOO_MANY, BUSY; AuthError STORE_UNAVAILABLE
 */
export const changePassword: GuardedHandler<PasswordChange, void> = async (call) => {
  const { address, claims, request, services, signal } = call
  const { sessions, admission, passwords, passwordRules, users } = services
  const own = ownSession(claims)
  const user = await currentUser(call)
  const login = await admission.admit({
    address,
    name: user.username,
    account: () => Promise.resolve(user),
    check: (phc) => passwords.check(request.currentPassword, phc, () => signal.aborted),
  })
  const act = { kind: 'user.password-changed', sid: own.sid } as const
  if (login.kind !== 'right') {
    recordRefusal(call, login, act)
    throw new RequestFault('PASSWORD_REFUSED')
  }
  const fault = await passwordRules(request.newPassword, [user.username, user.email])
  if (fault !== undefined)
    throw new RequestFault('BODY_INVALID', `newPassword: a password ${fault}`)
  const to = await passwords.hash(request.newPassword)
  const isPut = await putPassword({ users, user, to, end: () => sessions.endOthers(own) })
  if (!isPut) throw new RequestFault('PASSWORD_REFUSED')
  await recordOwn(call, user, act)
}
