import { AuthError, type VerifiedToken } from 'jotgate'
import type { OAuthClient } from './clients.js'
import type { OAuth } from './oauth.js'
import { OAuthFault } from './oauth-fault.js'

/**
 * RFC 7009: a refresh token ends its session, including its access tokens; an access token ends only itself. For text
 * that is not a valid token there is nothing to do. `token_type_hint` is not needed: the two kinds do not look alike.
 *
 * @throws OAuthFault invalid_grant for another client's token; RequestFault TOO_MANY; AuthError STORE_UNAVAILABLE: it may
 * still be valid
 */
export async function revokeToken(oauth: OAuth, client: OAuthClient, token: string): Promise<void> {
  if (await endSession(oauth, client, token)) return
  const verified = await verifyOrNot(oauth, token)
  if (verified === undefined) return
  if (verified.payload['client_id'] !== client.id) throw anothers()
  if (oauth.revocation.isRevoked(verified)) return
  await oauth.limits.revoking(client.id, verified.payload.sub ?? '')
  await oauth.revocation.revoke({ token: verified })
}

/** Returns whether it was a refresh token. */
async function endSession(oauth: OAuth, client: OAuthClient, token: string): Promise<boolean> {
  try {
    await oauth.sessionsOf(client).end({ refreshToken: token, client: client.id })
    return true
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    if (error.code === 'REFRESH_CLIENT') throw anothers()
    if (error.code === 'REFRESH_UNKNOWN') return true
    if (error.code === 'REFRESH_MALFORMED') return false
    throw error
  }
}

function anothers(): OAuthFault {
  return new OAuthFault('invalid_grant', { description: 'the token was issued to another client' })
}

/** Undefined for an invalid token; the reason is not needed. */
export async function verifyOrNot(
  { verify }: Pick<OAuth, 'verify'>,
  token: string,
): Promise<VerifiedToken | undefined> {
  try {
    return await verify(token)
  } catch (error) {
    if (error instanceof AuthError && error.status === 401) return undefined
    throw error
  }
}
