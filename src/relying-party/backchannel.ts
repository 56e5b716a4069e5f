import { createHash } from 'node:crypto'
import { AuthError, ConfigError } from '../foundation/errors.js'
import { empty, type SiteAnswer } from './answer.js'
import { verifyLogoutToken, type LogoutClaims } from './logout-token.js'
import type { RelyingPartyPolicy } from './policy.js'
import { parameter, type Visit } from './site-request.js'

/**
 * Ends what the provider says has ended (OpenID Connect Back-Channel Logout section 2.7). The provider tries again after
 * anything but 200 and 400.
 *
 * @throws AuthError LOGOUT_TOKEN, REQUEST_REFUSED, STORE_UNAVAILABLE, PROVIDER_UNAVAILABLE; ConfigError without a
 * `revocation` and a `store`
 */
export async function backchannelLogout(
  policy: RelyingPartyPolicy,
  visit: Visit,
): Promise<SiteAnswer> {
  const { revocation, keeper, usedLogouts, now } = policy
  if (revocation === undefined && keeper.end === undefined)
    throw new ConfigError('createRelyingParty', 'needs revocation or store to end sessions')
  if (visit.call.method !== 'POST') throw new AuthError('REQUEST_REFUSED')
  const token = parameter(await visit.form(), 'logout_token')
  if (token === undefined) throw new AuthError('REQUEST_REFUSED')
  const claims = await verifyLogoutToken(policy, token)
  const name = createHash('sha256').update(claims.jti).digest('base64url')
  if (usedLogouts.has(name)) throw new AuthError('LOGOUT_TOKEN', { claim: 'jti' })
  await Promise.all([revocation?.revoke(targetOf(claims)), keeper.end?.(claims)])
  // Only now: what a store did not take is sent again.
  usedLogouts.add(name, claims.exp + policy.clockTolerance - now())
  return empty(200)
}

/** Of a subject what was issued until the logout: the same token a second time ends nothing newer. */
function targetOf({ sid, subject = '', at }: LogoutClaims) {
  return sid === undefined ? { subject, before: at } : { sid }
}
