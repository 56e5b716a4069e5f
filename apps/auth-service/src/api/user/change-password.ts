import { RequestFault } from '../../foundation/faults.js'
import { putPassword } from '../../users/put-password.js'
import { type GuardedHandler } from './generated/service.js'
import { type PasswordChange } from './generated/types.js'
import { ownSession } from '../../sessions/own-session.js'
import { proveOwner } from './own-account.js'
import { currentUser } from './profile.js'
import { recordOwn } from './record.js'

/**
 * PUT /user/password: asks for the old password and, where there is a second factor, a code of it; ends all sessions but this
 * one.
 *
 * @throws RequestFault BODY_INVALID, PASSWORD_REFUSED, CODE_REQUIRED, TOO_MANY, BUSY; AuthError STORE_UNAVAILABLE
 */
export const changePassword: GuardedHandler<PasswordChange, void> = async (call) => {
  const { claims, request, services } = call
  const { sessions, passwords, passwordRules, users } = services
  const own = ownSession(claims)
  const user = await currentUser(call)
  const act = { kind: 'user.password-changed', sid: own.sid } as const
  await proveOwner(call, { user, act, password: request.currentPassword, code: request.code })
  const fault = await passwordRules(request.newPassword, [user.username, user.email])
  if (fault !== undefined)
    throw new RequestFault('BODY_INVALID', `newPassword: a password ${fault}`)
  const to = await passwords.hash(request.newPassword)
  const isPut = await putPassword({ users, user, to, end: () => sessions.endOthers(own) })
  if (!isPut) throw new RequestFault('PASSWORD_REFUSED')
  await recordOwn(call, user, act)
}
