import type { Claims, VerifiedToken } from 'jotgate'
import type { OAuthClient } from './clients.js'
import type { OAuth } from './oauth.js'
import { OAuthFault } from './oauth-fault.js'
import { verifyOrNot } from './revoke.js'

/** RFC 7662 section 2.2: what is known of a good token, and nothing about any other. */
export type Introspection = { readonly active: false } | ({ readonly active: true } & Claims)

const inactive = { active: false } as const

/**
 * Whether an access token is good, for the client itself or for whom it asks: one whose `audiences` the token is for. Why
 * it is not is nobody's business. Refresh tokens are none of a resource server's, and are never active.
 *
 * @throws OAuthFault invalid_client for a public client; AuthError REVOCATION_UNKNOWN, KEYS_UNAVAILABLE
 */
export async function introspectToken(
  oauth: OAuth,
  client: OAuthClient,
  token: string,
): Promise<Introspection> {
  if (client.kind === 'public') throw new OAuthFault('invalid_client')
  const verified = await verifyOrNot(oauth, token)
  if (verified === undefined || !mayAsk(client, verified)) return inactive
  if (oauth.revocation.isRevoked(verified)) return inactive
  return { ...verified.payload, active: true, token_type: 'Bearer' }
}

function mayAsk({ id, audiences }: OAuthClient, { payload }: VerifiedToken): boolean {
  if (payload['client_id'] === id) return true
  const { aud = [] } = payload
  return [aud].flat().some((audience) => audiences.includes(audience))
}
