import type { IssueRequest, Sessions } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { authenticateClient } from '../../oauth/client-authentication.js'
import type { OAuthClient } from '../../oauth/clients.js'
import { firstParty, firstPartyClient } from '../../oauth/first-party.js'
import { placeOf } from '../../events/place.js'
import { parseForm } from '../../oauth/form.js'
import { OAuthFault } from '../../oauth/oauth-fault.js'
import { longestPassword } from '../../users/passwords.js'
import { demoSubject } from '../../users/demo-user.js'
import { isLoginDue, type User } from '../../users/users.js'
import { type Handler, type RequestCall } from './generated/service.js'
import { type LoginReq, type TokenResp } from './generated/types.js'
import { proveUser, type Proven } from './prove-user.js'
import { recordOwn, recordRefusal } from './record.js'

/** POST /user/login */
export const login: Handler<LoginReq, TokenResp> = async (call) => {
  const { sessions, ...session } = await sessionOf(call)
  const { account: user, ...proved } = await checkCredentials(call, session.client)
  const { userAgent } = placeOf(call)
  const tokens = await sessions.issue({
    ...session,
    subject: user.id,
    authentication: { amr: proved.amr },
    meta: {
      ...(user.id === demoSubject ? { demo: 'true' } : {}),
      ...(userAgent === undefined ? {} : { userAgent }),
    },
  })
  const { client } = session
  if (await mayStillLogIn(user, call, proved.usedCode !== undefined)) {
    await renewHash(user, call)
    await noteLogin(user, call)
    await recordOwn(call, user, { kind: 'user.login', client, sid: tokens.sid })
    return tokens
  }
  await call.services.sessions.end({ sid: tokens.sid, subject: user.id })
  await recordOwn(call, user, { kind: 'user.login', client, reason: 'changed' })
  throw refused()
}

/**
 * A new password or second factor, disabling the user or taking a role away has ended only the sessions that had begun by
 * then.
 */
async function mayStillLogIn(
  { id, passwordHash, roles }: User,
  { request, services }: RequestCall<LoginReq>,
  hasSentCode: boolean,
): Promise<boolean> {
  const user = await services.users.byId(id)
  if (!user || user.disabled) return false
  if (roles.some((role) => !user.roles.includes(role))) return false
  if (!hasSentCode && (await services.secondFactor.required(user))) return false
  return user.passwordHash === passwordHash || services.source.checkPassword(user, request.password)
}

/** Replaces a hash that was imported or made with weaker parameters. If that fails, the next login does it. */
async function renewHash(
  { id, passwordHash: from }: User,
  call: RequestCall<LoginReq>,
): Promise<void> {
  const { configuration, passwords, users, log } = call.services
  if (configuration.users !== undefined || !passwords.isOutdated(from)) return
  try {
    const to = await passwords.hash(call.request.password)
    await users.replaceHash(id, { from, to })
  } catch (error) {
    log.warn({ err: error }, 'a password hash could not be renewed')
  }
}

/** Writes that the user has logged in, once an hour. If that fails, a later login does it. */
async function noteLogin(user: User, { services }: RequestCall<LoginReq>): Promise<void> {
  if (!isLoginDue(user, Math.floor(Date.now() / 1000))) return
  await services.users.noteLogin(user.id).catch((error: unknown) => {
    services.log.warn({ err: error }, 'the time of a login could not be written')
  })
}

const challenge = { 'www-authenticate': 'Bearer realm="api"' }

function refused(code?: string): RequestFault {
  const detail = code === undefined ? undefined : 'the username, the password or the code is wrong'
  return new RequestFault('LOGIN_REFUSED', detail, challenge)
}

/**
 * Unknown, wrong, locked and disabled get one answer after the same work.
 *
 * @throws RequestFault LOGIN_REFUSED; SECOND_FACTOR_REQUIRED, which only the right password brings
 */
async function checkCredentials(call: RequestCall<LoginReq>, client: string): Promise<Proven> {
  const { request, services } = call
  const { username, password, code } = request
  if (Buffer.byteLength(password) > longestPassword)
    throw new RequestFault('BODY_INVALID', 'password: must be at most 1024 bytes')
  const account = () => services.users.byUsername(username)
  const proved = await proveUser(call, { name: username, account, password, code })
  if (proved.kind === 'right') return proved
  recordRefusal(call, proved, { kind: 'user.login', client })
  throw proved.kind === 'incomplete'
    ? new RequestFault('SECOND_FACTOR_REQUIRED', undefined, challenge)
    : refused(code)
}

/** The client and rights of the session that a login begins, and the sessions with that client's times. */
interface LoginSession extends Required<Pick<IssueRequest, 'client' | 'scope' | 'audience'>> {
  readonly sessions: Sessions
}

/**
 * The session that a login asks for: a first-party one, or one of a registered app, with the app's scope and times. The id of
 * an app is public: a confidential one has to authenticate, and only the client itself can refresh the session.
 *
 * @throws RequestFault BODY_INVALID for a client that may have no sessions, or logs users in by a redirect; CLIENT_REFUSED,
 * TOO_MANY
 */
async function sessionOf(call: RequestCall<LoginReq>): Promise<LoginSession> {
  const { request, services } = call
  const client = await clientOf(request, services)
  if (client.kind === 'confidential') await proveClient(call, client.id)
  const { sessions, oauth } = services
  return {
    sessions: client.id === firstParty ? sessions : oauth.sessionsOf(client),
    client: client.id,
    scope: client.scopes.join(' '),
    audience: client.audiences.slice(0, 1),
  }
}

async function clientOf(
  { clientId = firstParty }: LoginReq,
  { configuration, oauth }: RequestCall<LoginReq>['services'],
): Promise<OAuthClient> {
  if (clientId === firstParty) return firstPartyClient(configuration.audience)
  const client = await oauth.clients.byId(clientId)
  if (!client || client.disabled || !client.grants.includes('refresh_token'))
    throw new RequestFault('BODY_INVALID', 'clientId: must be a client that may have sessions')
  // A site that could collect passwords would learn them, and pass by consent and its allowed roles.
  if (client.signIn !== undefined)
    throw new RequestFault(
      'BODY_INVALID',
      'clientId: this client logs users in at /oauth/authorize',
    )
  return client
}

/**
 * Authenticates the client as at `/oauth/token`, by HTTP Basic.
 *
 * @throws RequestFault CLIENT_REFUSED; TOO_MANY after too many wrong secrets of one address
 */
async function proveClient(call: RequestCall<LoginReq>, id: string): Promise<void> {
  const { address, headers, services } = call
  const authorization = headers('authorization')
  const request = { form: parseForm(''), authorization, address, from: placeOf(call) }
  const client = await authenticateClient(services.oauth, request).catch((error: unknown) => {
    if (error instanceof OAuthFault) return undefined
    throw error
  })
  if (client?.id === id) return
  throw new RequestFault('CLIENT_REFUSED', undefined, new OAuthFault('invalid_client').headers)
}
