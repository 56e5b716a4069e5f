import { AuthError } from '../foundation/errors.js'
import type { Call } from '../gate/call.js'
import type { AuthContext } from '../gate/context.js'
import type { OwnSession } from '../session/end.js'
import type { RoutesPolicy } from './options.js'

/** How a caller holds its tokens. */
export type Holding = 'cookies' | 'tokens'

/** What a browser sends with every request of a page that may change something; no script can leave it out. */
const signsOfBrowser = ['sec-fetch-site', 'origin']

/**
 * How the caller of a login, a refresh or a logout holds its tokens. In cookie mode everything that comes from a page, or
 * that brings the refresh token's cookie, is about cookies: an injected script cannot ask for tokens.
 *
 * @throws AuthError ORIGIN_REFUSED for a page that is not the service's own; TOKEN_AMBIGUOUS
 */
export function holdingOf(policy: Pick<RoutesPolicy, 'cookies'>, call: Call): Holding {
  const { cookies } = policy
  if (cookies === undefined) return 'tokens'
  const isBrowser = signsOfBrowser.some((name) => call.header(name).length > 0)
  if (!isBrowser && refreshCookie(policy, call) === undefined) return 'tokens'
  cookies.check(call)
  return 'cookies'
}

/** The refresh token in a call's cookie. @throws AuthError TOKEN_AMBIGUOUS */
export function refreshCookie(
  { cookies }: Pick<RoutesPolicy, 'cookies'>,
  call: Call,
): string | undefined {
  return cookies?.refreshToken(call.header('cookie').join('; '))
}

/**
 * The caller of a route that needs one, whatever the gate's `select` says of its path.
 *
 * @throws AuthError as the gate refuses
 */
export async function callerOf(
  { gate }: Pick<RoutesPolicy, 'gate'>,
  call: Call,
): Promise<AuthContext<unknown>> {
  const context = await gate.check(call, { optional: false })
  if (context === undefined) throw new AuthError('TOKEN_MISSING')
  return context
}

/**
 * The caller of a route about sessions. A party that acts for another user has no rights over these.
 *
 * @throws AuthError FORBIDDEN for a token with an actor (RFC 8693 section 4.1), and as the gate refuses
 */
export async function ownerOf(
  policy: Pick<RoutesPolicy, 'gate'>,
  call: Call,
): Promise<AuthContext<unknown>> {
  const context = await callerOf(policy, call)
  if (Object.hasOwn(context.token.payload, 'act')) throw new AuthError('FORBIDDEN')
  return context
}

/**
 * The caller of a route that changes something. A bearer token is sent by no browser of its own accord; everything else
 * has to come from an own page.
 *
 * @throws AuthError ORIGIN_REFUSED, and as the gate refuses
 */
export function changerOf(
  policy: Pick<RoutesPolicy, 'gate' | 'cookies'>,
  call: Call,
): Promise<AuthContext<unknown>> {
  if (call.header('authorization').length === 0) holdingOf(policy, call)
  return ownerOf(policy, call)
}

/** Whose token it is. @throws AuthError CLAIM_MISSING */
export function subjectOf({ token }: AuthContext<unknown>): string {
  return claimOf(token.payload.sub, 'sub')
}

/** The session that the caller's token is of. @throws AuthError CLAIM_MISSING for a token without a session */
export function ownSession(context: AuthContext<unknown>): OwnSession {
  return { sid: claimOf(context.token.payload['sid'], 'sid'), subject: subjectOf(context) }
}

function claimOf(value: unknown, claim: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new AuthError('CLAIM_MISSING', { claim })
}
