import { AuthError } from '../foundation/errors.js'
import type { AuthContext } from '../gate/context.js'
import {
  callerOf,
  changerOf,
  holdingOf,
  ownerOf,
  ownSession,
  refreshCookie,
  subjectOf,
} from './caller.js'
import { listOwn } from './list-own.js'
import { login } from './login.js'
import type { RoutesPolicy } from './options.js'
import { answerEnded, answerTokens, type Outcome } from './outcome.js'
import { optionalBody, requireBody, textMember, type RouteRequest } from './request.js'
import type { FoundRoute, RouteName } from './routes.js'

type Handler = (policy: RoutesPolicy, request: RouteRequest, route: FoundRoute) => Promise<Outcome>

/** What each route does. */
export const handlers: Readonly<Record<RouteName, Handler>> = {
  login,
  refresh,
  logout,
  logoutAll,
  me,
  sessions: listOwn,
  endSession,
  endOthers,
}

/** A refused refresh clears no cookie: another tab may have stored a newer session there. */
async function refresh(policy: RoutesPolicy, request: RouteRequest): Promise<Outcome> {
  const holding = holdingOf(policy, request.call)
  const presented =
    holding === 'cookies'
      ? (refreshCookie(policy, request.call) ?? '')
      : textMember(await requireBody(request), 'refreshToken')
  if (presented === undefined) throw new AuthError('REQUEST_REFUSED')
  const tokens = await policy.sessions.refresh(presented, { client: policy.client })
  return answerTokens(policy, holding, tokens)
}

/** Ends the session of the refresh token that is presented, else that of the access token. */
async function logout(policy: RoutesPolicy, request: RouteRequest): Promise<Outcome> {
  const holding = holdingOf(policy, request.call)
  const presented =
    holding === 'cookies'
      ? refreshCookie(policy, request.call)
      : textMember((await optionalBody(request)) ?? {}, 'refreshToken')
  if (presented === undefined) await endByAccess(policy, request, holding === 'cookies')
  else await unlessGone(policy.sessions.end({ refreshToken: presented, client: policy.client }))
  return answerEnded(policy, holding === 'cookies')
}

/** A page that has no token any more is logged out already, and its cookies can go. */
async function endByAccess(
  policy: RoutesPolicy,
  { call }: RouteRequest,
  isPage: boolean,
): Promise<void> {
  try {
    const own = ownSession(await ownerOf(policy, call))
    await unlessGone(policy.sessions.end(own))
  } catch (error) {
    const isOver = error instanceof AuthError && error.code === 'TOKEN_REVOKED'
    if (!isOver && !(isPage && isGone(error))) throw error
  }
}

async function logoutAll(policy: RoutesPolicy, { call }: RouteRequest): Promise<Outcome> {
  const subject = subjectOf(await changerOf(policy, call))
  await policy.sessions.endAll(subject, { urgent: false })
  return answerEnded(policy, true)
}

async function me({ gate, me: describe = usual }: RoutesPolicy, { call }: RouteRequest) {
  const context = await callerOf({ gate }, call)
  const body: unknown = await gate.enter(context, () => describe(context))
  return { status: 200, body } as const
}

function usual(context: AuthContext<unknown>): unknown {
  const { payload } = context.token
  return { subject: subjectOf(context), sid: payload['sid'], claims: payload }
}

async function endSession(
  policy: RoutesPolicy,
  { call }: RouteRequest,
  { sid = '' }: FoundRoute,
): Promise<Outcome> {
  const context = await changerOf(policy, call)
  await policy.sessions.end({ sid, subject: subjectOf(context) }).catch((error: unknown) => {
    throw isGone(error) ? new AuthError('SESSION_UNKNOWN') : error
  })
  return answerEnded(policy, context.token.payload['sid'] === sid)
}

async function endOthers(policy: RoutesPolicy, { call }: RouteRequest): Promise<Outcome> {
  await policy.sessions.endOthers(ownSession(await changerOf(policy, call)))
  return answerEnded(policy, false)
}

/** A logout of what is no session, or no longer, has nothing left to do. */
async function unlessGone(ending: Promise<unknown>): Promise<void> {
  await ending.catch((error: unknown) => {
    if (!isGone(error)) throw error
  })
}

/** The session of another client is not gone. */
function isGone(error: unknown): boolean {
  return error instanceof AuthError && error.status === 401 && error.code !== 'REFRESH_CLIENT'
}
