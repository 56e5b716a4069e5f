import type { Claims, VerifiedToken } from 'jotgate'
import { tokenExchange, type OAuthClient } from './clients.js'
import type { OAuth } from './oauth.js'
import { OAuthFault } from './oauth-fault.js'
import { verifyOrNot } from './revoke.js'

/** RFC 7662 section 2.2: the claims of a valid token, and nothing about any other. */
export type Introspection = { readonly active: false } | ({ readonly active: true } & Claims)

const inactive = { active: false } as const

/**
 * Whether an access token is valid, for its own client or for a client with one of its audiences. The reason for an
 * inactive token is not disclosed. Refresh tokens are not for resource servers, and are never active.
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

function mayAsk({ id, grants, audiences }: OAuthClient, { payload }: VerifiedToken): boolean {
  if (payload['client_id'] === id) return true
  const { aud = [] } = payload
  // The further audiences of a client that exchanges tokens are other services.
  const own = grants.includes(tokenExchange) ? audiences.slice(0, 1) : audiences
  return [aud].flat().some((audience) => own.includes(audience))
}
