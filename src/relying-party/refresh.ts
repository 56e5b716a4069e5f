import { AuthError } from '../foundation/errors.js'
import { json, type SiteAnswer } from './answer.js'
import { verifyIdToken } from './id-token.js'
import type { HeldLogin, Kept } from './keeper.js'
import type { RelyingPartyPolicy } from './policy.js'
import type { Visit } from './site-request.js'
import { ProviderRefusal } from './token-endpoint.js'

/**
 * Refreshes the session of an own page; the answer is what `fromSession({ cookies: true })` of `jotgate/client` takes. A
 * refused refresh clears no cookie, because another tab may have stored a newer session there; in a store it ends the
 * session.
 *
 * @throws AuthError ORIGIN_REFUSED, REFRESH_UNKNOWN without a session, REFRESH_ENDED when the provider has ended it,
 * LOGIN_TOKEN, LOGIN_REFUSED, PROVIDER_UNAVAILABLE
 */
export async function refresh(policy: RelyingPartyPolicy, visit: Visit): Promise<SiteAnswer> {
  requireOwnPost(policy, visit)
  const { setCookie, body } = await renewed(policy, visit)
  return json(body, { setCookie })
}

/**
 * Continues a session by a refresh, for a page that its user opens: the `Set-Cookie` values; undefined when a login has to
 * do it.
 */
export async function continueSession(
  policy: RelyingPartyPolicy,
  visit: Visit,
): Promise<readonly string[] | undefined> {
  try {
    return (await renewed(policy, visit)).setCookie
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}

/** Only own pages, by POST. @throws AuthError ORIGIN_REFUSED, REQUEST_REFUSED */
export function requireOwnPost({ ownPages }: RelyingPartyPolicy, { call }: Visit): void {
  if (call.method !== 'POST') throw new AuthError('REQUEST_REFUSED')
  ownPages(call)
}

/** Refreshes the session of a request, and keeps the tokens. @throws AuthError as {@link refresh}, but for ORIGIN_REFUSED */
export async function renewed(policy: RelyingPartyPolicy, { call }: Visit): Promise<Kept> {
  const held = await policy.keeper.held(call)
  const { refreshToken } = held ?? {}
  if (held === undefined || refreshToken === undefined) throw new AuthError('REFRESH_UNKNOWN')
  const asked = policy.refreshes.share(refreshToken, () => grant(policy, refreshToken))
  const tokens = await asked.catch(async (error: unknown) => {
    const isOver = error instanceof AuthError && error.code === 'REFRESH_ENDED'
    if (isOver) await policy.keeper.endRefused?.(call, refreshToken)
    throw error
  })
  const { idToken, accessToken } = tokens
  if (idToken !== undefined) await requireSame(policy, held, { idToken, accessToken })
  return policy.keeper.renew(call, held, { tokens, idToken })
}

async function grant(policy: RelyingPartyPolicy, refreshToken: string) {
  const asked = { grant_type: 'refresh_token', refresh_token: refreshToken }
  return policy.tokens.grant(asked).catch((error: unknown) => {
    const cause = error instanceof AuthError ? error.cause : undefined
    const isOver = cause instanceof ProviderRefusal && cause.error === 'invalid_grant'
    throw isOver ? new AuthError('REFRESH_ENDED', {}, { cause }) : error
  })
}

/** A refreshed ID token is of the same user (OpenID Connect Core section 12.2). */
async function requireSame(
  policy: RelyingPartyPolicy,
  { subject }: HeldLogin,
  { idToken, accessToken }: { readonly idToken: string; readonly accessToken: string },
): Promise<void> {
  const expected = { accessToken, ...(subject === undefined ? {} : { subject }) }
  await verifyIdToken(policy, { token: idToken, provider: policy.provider, expected })
}
