import { RequestFault } from '../../../foundation/faults.js'
import { callerAddress } from '../../../limits/caller-address.js'
import { checkPassword } from '../../../limits/check-password.js'
import { longestPassword } from '../../../users/passwords.js'
import { demoSubject } from '../../../users/demo-user.js'
import { type User } from '../../../users/users.js'
import { type Call, type Handler, type RequestCall } from '../generated/server.js'
import { type LoginReq, type TokenResp } from '../generated/types.js'
import { sessionOf } from '../login-session.js'

/** POST /user/login */
export const loginHandler: Handler<LoginReq, TokenResp> = async (call) => {
  const { services, request } = call
  const { sessions, ...session } = await sessionOf(call)
  const user = await checkCredentials(request, call)
  const [userAgent] = call.headers('user-agent')
  const tokens = await sessions.issue({
    ...session,
    subject: user.id,
    meta: {
      ...(user.id === demoSubject ? { demo: 'true' } : {}),
      ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, 256) }),
    },
  })
  if (await mayStillLogIn(user, call)) {
    await renewHash(user, call)
    return tokens
  }
  await services.sessions.end({ sid: tokens.sid, subject: user.id })
  throw refused()
}

/** A password that was changed, or a user disabled, while this login went on has ended the sessions it could see. */
async function mayStillLogIn(
  { id, passwordHash }: User,
  { request, services }: RequestCall<LoginReq>,
): Promise<boolean> {
  const user = await services.users.byId(id)
  if (!user || user.disabled) return false
  return (
    user.passwordHash === passwordHash ||
    services.passwords.check(request.password, user.passwordHash)
  )
}

/** A hash from elsewhere, or from when less was asked for. Where that can not be done now, the next login does it. */
async function renewHash(
  { id, passwordHash: from }: User,
  call: RequestCall<LoginReq>,
): Promise<void> {
  const { passwords, users, log } = call.services
  if (!passwords.isOutdated(from)) return
  try {
    const to = await passwords.hash(call.request.password)
    await users.replaceHash(id, { from, to })
  } catch (error) {
    log.warn({ err: error }, 'a password hash could not be renewed')
  }
}

function refused(): RequestFault {
  return new RequestFault('LOGIN_REFUSED', undefined, { 'www-authenticate': 'Bearer realm="api"' })
}

/** Unknown, wrong, locked and disabled get one answer after the same work. */
async function checkCredentials(login: LoginReq, { services, signal }: Call): Promise<User> {
  const { username, password } = login
  if (Buffer.byteLength(password) > longestPassword)
    throw new RequestFault('BODY_INVALID', 'password: must be at most 1024 bytes')
  const { loginLimits, passwords, users } = services
  const { user, fits } = await passwords.admit(() =>
    loginLimits.attempt(callerAddress(), async (attempt) => {
      const user = await users.byUsername(username)
      const turn = await attempt.on(user?.id)
      const isEnabled = user?.disabled === false
      const comparison = { password, phc: user?.passwordHash, isEnabled, passwords }
      const isGone = () => signal.aborted
      return { user, fits: await checkPassword(turn, { ...comparison, isGone }) }
    }),
  )
  if (!user || !fits) throw refused()
  return user
}
