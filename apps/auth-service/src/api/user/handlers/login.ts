import { RequestFault } from '../../../foundation/faults.js'
import { longestPassword } from '../../../users/passwords.js'
import { demoSubject } from '../../../users/demo-user.js'
import { type User } from '../../../users/users.js'
import { type Handler, type RequestCall } from '../generated/server.js'
import { type LoginReq, type TokenResp } from '../generated/types.js'
import { sessionOf } from '../login-session.js'

/** POST /user/login */
export const loginHandler: Handler<LoginReq, TokenResp> = async (call) => {
  const { sessions, ...session } = await sessionOf(call)
  const user = await checkCredentials(call)
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
  await call.services.sessions.end({ sid: tokens.sid, subject: user.id })
  throw refused()
}

/** A change of password, or of the user, during this login has ended only the sessions there were at that moment. */
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

/** Replaces a hash that was imported or made with weaker parameters. If that fails, the next login does it. */
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
async function checkCredentials(call: RequestCall<LoginReq>): Promise<User> {
  const { address, request, services, signal } = call
  const { username, password } = request
  if (Buffer.byteLength(password) > longestPassword)
    throw new RequestFault('BODY_INVALID', 'password: must be at most 1024 bytes')
  const { admission, passwords, users } = services
  const login = await admission.admit({
    address,
    account: () => users.byUsername(username),
    check: (phc) => passwords.check(password, phc, () => signal.aborted),
  })
  if (login.kind !== 'right') throw refused()
  return login.account
}
