import { RequestFault } from '../../../foundation/faults.js'
import { callerAddress } from '../../../limits/caller-address.js'
import { checkPassword } from '../../../limits/check-password.js'
import { putPassword } from '../../../users/put-password.js'
import { type GuardedHandler } from '../generated/server.js'
import { type PasswordChange } from '../generated/types.js'
import { ownSession } from '../own-session.js'
import { currentUser } from '../profile.js'

/**
 * PUT /user/password: the old one is asked for, and all sessions but this one end.
 *
 * @throws RequestFault BODY_INVALID, PASSWORD_REFUSED, TOO_MANY, BUSY; AuthError STORE_UNAVAILABLE
 */
export const changePasswordHandler: GuardedHandler<PasswordChange, void> = async (call) => {
  const { claims, request, services, signal } = call
  const { sessions, loginLimits, passwords, passwordRules, users } = services
  const own = ownSession(claims)
  const user = await currentUser(call)
  const fits = await passwords.admit(() =>
    loginLimits.attempt(callerAddress(), async (attempt) =>
      checkPassword(await attempt.on(user.id), {
        ...{ password: request.currentPassword, phc: user.passwordHash, passwords },
        isEnabled: true, // or there would be no user here
        isGone: () => signal.aborted,
      }),
    ),
  )
  if (!fits) throw new RequestFault('PASSWORD_REFUSED')
  const fault = await passwordRules(request.newPassword, [user.username, user.email])
  if (fault !== undefined)
    throw new RequestFault('BODY_INVALID', `newPassword: a password ${fault}`)
  const to = await passwords.hash(request.newPassword)
  const isPut = await putPassword({ users, user, to, end: () => sessions.endOthers(own) })
  if (!isPut) throw new RequestFault('PASSWORD_REFUSED')
}
