import { randomId } from '../encoding/random-id.js'
import { AuthError } from '../foundation/errors.js'
import { json, redirect, type SiteAnswer } from './answer.js'
import type { HeldLogin } from './keeper.js'
import type { RelyingPartyPolicy } from './policy.js'
import { requireOwnPost } from './refresh.js'
import type { Visit } from './site-request.js'

/**
 * Ends the session here, and sends the browser to the provider's logout (OpenID Connect RP-Initiated Logout section 2). A
 * script gets the address instead, as `redirectTo`: it cannot follow a redirect to another site.
 *
 * @throws AuthError ORIGIN_REFUSED, REQUEST_REFUSED, STORE_UNAVAILABLE
 */
export async function logout(policy: RelyingPartyPolicy, visit: Visit): Promise<SiteAnswer> {
  requireOwnPost(policy, visit)
  const held = await policy.keeper.held(visit.call)
  const sid = held?.sid
  if (sid !== undefined) await endHere(policy, sid)
  const setCookie = await policy.keeper.drop(visit.call)
  const target = await addressOf(policy, held)
  const [mode] = visit.call.header('sec-fetch-mode')
  const isPage = mode === undefined || mode === 'navigate'
  return isPage ? redirect(target, setCookie) : json({ redirectTo: target }, { setCookie })
}

/** The sessions of this site: access tokens by revocation, sessions in a store by a mark. */
async function endHere({ revocation, keeper, now }: RelyingPartyPolicy, sid: string) {
  await Promise.all([
    revocation?.revoke({ sid }),
    keeper.end?.({ sid, subject: undefined, at: Math.floor(now()) }),
  ])
}

async function addressOf(policy: RelyingPartyPolicy, held: HeldLogin | undefined): Promise<string> {
  const endpoint = await endSessionEndpoint(policy)
  if (endpoint === undefined) {
    await revokeThere(policy, held)
    return policy.postLogoutRedirectUri ?? '/'
  }
  const url = new URL(endpoint)
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  set('client_id', policy.clientId)
  set('id_token_hint', held?.idToken)
  if (held?.idToken === undefined) set('logout_hint', held?.subject)
  set('post_logout_redirect_uri', policy.postLogoutRedirectUri)
  if (policy.postLogoutRedirectUri !== undefined) set('state', randomId())
  return url.href
}

/** Best effort: the session here has ended, and the browser has no token any more. */
async function revokeThere({ tokens }: RelyingPartyPolicy, held: HeldLogin | undefined) {
  const { refreshToken } = held ?? {}
  if (refreshToken !== undefined) await tokens.revoke(refreshToken).catch(() => undefined)
}

/** While the provider cannot be asked, the session here ends all the same. */
async function endSessionEndpoint({ provider }: RelyingPartyPolicy): Promise<string | undefined> {
  try {
    return (await provider.metadata()).endSessionEndpoint
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}
