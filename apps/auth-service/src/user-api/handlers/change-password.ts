import { RequestFault } from '../../faults.js'
import { callerAddress } from '../../limits/caller-address.js'
import { checkPassword } from '../../limits/check-password.js'
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
  const { issuer, loginLimits, passwords, passwordRules, users } = services
  const own = ownSession(claims)
  const { id, username, email, passwordHash: from } = await currentUser(call)
  const attempt = await loginLimits.enter(callerAddress())
  const fits = await checkPassword(await attempt.on(id), {
    ...{ password: request.currentPassword, phc: from, passwords },
    isGone: () => signal.aborted,
  })
  if (!fits) throw new RequestFault('PASSWORD_REFUSED')
  const fault = await passwordRules(request.newPassword, [username, email])
  if (fault !== undefined)
    throw new RequestFault('BODY_INVALID', `newPassword: a password ${fault}`)
  const to = await passwords.hash(request.newPassword)
  // Before it, so that a store that fails leaves everything as it was; after it, for logins with the old one meanwhile.
  await issuer.endOthers(own)
  if (!(await users.replaceHash(id, { from, to }))) throw new RequestFault('PASSWORD_REFUSED')
  await issuer.endOthers(own)
}
