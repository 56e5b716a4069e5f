import { AuthError } from '../foundation/errors.js'
import { isText } from '../foundation/names.js'
import type { Call } from '../gate/call.js'
import type { SessionMeta } from '../session/ports.js'
import type { TokenResponse } from '../session/tokens.js'
import { holdingOf, refreshCookie } from './caller.js'
import type { Credentials, LoginRequest, RoutesPolicy } from './options.js'
import { requireBody, textMember, type RouteRequest } from './request.js'
import { answerTokens, type Outcome } from './outcome.js'
import type { Attempt } from './throttle.js'

/** A login: counts the attempt, has the credentials checked, begins a session, and ends the one it replaces. */
export async function login(policy: RoutesPolicy, request: RouteRequest): Promise<Outcome> {
  const { call } = request
  const address = request.address()
  const holding = holdingOf(policy, call)
  const credentials = await requireBody(request)
  const presented =
    holding === 'cookies' ? refreshCookie(policy, call) : textMember(credentials, 'refreshToken')
  const account = accountOf(policy, credentials)
  const attempt = await policy.throttle.begin({ account, address })
  const tokens = await decide(attempt, () => begin(policy, credentials, factsOf(call, address)))
  const outcome = answerTokens(policy, holding, tokens)
  const fault = presented === undefined ? undefined : await endReplaced(policy, presented)
  return { ...outcome, fault }
}

/** The names that credentials usually have for an account. */
const usualNames = ['username', 'email', 'login']

function accountOf(
  { account }: Pick<RoutesPolicy, 'account'>,
  credentials: Credentials,
): string | undefined {
  if (account === undefined) {
    // Of two names one might be counted and the other one checked.
    const [found, ...others] = usualNames.filter((name) => Object.hasOwn(credentials, name))
    const name = found === undefined ? undefined : textMember(credentials, found)
    if (!isText(name) || others.length > 0) throw new AuthError('REQUEST_REFUSED')
    return name
  }
  const given = account(credentials)
  if (given === undefined || typeof given === 'string') return given
  throw new TypeError('account must return the name of an account, or undefined')
}

function factsOf(call: Call, address: string | undefined): LoginRequest {
  const [userAgent] = call.header('user-agent')
  return { address, userAgent, header: (name) => call.header(name) }
}

async function begin(
  { login: check, sessions, client }: RoutesPolicy,
  credentials: Credentials,
  request: LoginRequest,
): Promise<TokenResponse> {
  const found: unknown = await check(credentials, request)
  if (found === undefined || found === null) throw new AuthError('CREDENTIALS_REFUSED')
  if (!isLogin(found))
    throw new TypeError('login must return { subject }, or undefined for wrong credentials')
  return sessions.issue({ ...found, client, meta: metaOf(request) })
}

/** What the rest of it may be is for `sessions.issue` to say. */
function isLogin(found: unknown): found is { readonly subject: string } {
  return typeof found === 'object' && found !== null && 'subject' in found
}

function metaOf({ address, userAgent }: LoginRequest): SessionMeta {
  return {
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(address === undefined ? {} : { address }),
  }
}

/** A refused login stays counted; one that nobody could decide does not. */
async function decide(attempt: Attempt, run: () => Promise<TokenResponse>): Promise<TokenResponse> {
  try {
    const tokens = await run()
    await attempt.right()
    return tokens
  } catch (error) {
    if (!isRefusal(error)) await attempt.takeBack()
    // Whether the password was right is nothing for who may have no session.
    if (error instanceof AuthError && error.code === 'SUBJECT_REFUSED')
      throw new AuthError('CREDENTIALS_REFUSED', {}, { cause: error })
    throw error
  }
}

/** An application may throw errors of its framework for wrong credentials, which have a status of 4xx. */
function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { status, statusCode }: { status?: unknown; statusCode?: unknown } = error
  return [status, statusCode].some((each) => typeof each === 'number' && each >= 400 && each < 500)
}

/** Ends the session that the caller had before; why it could not, which costs the new one nothing. */
async function endReplaced(
  { sessions, client }: RoutesPolicy,
  refreshToken: string,
): Promise<unknown> {
  try {
    await sessions.end({ refreshToken, client })
    return undefined
  } catch (error) {
    return error instanceof AuthError && error.status === 401 ? undefined : error
  }
}
