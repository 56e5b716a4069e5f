import { AuthError, type VerifiedToken } from 'jotgate'
import { userOf, type Place, type ServiceEvent } from '../events/event.js'
import type { OAuthClient } from './clients.js'
import type { Form } from './form.js'
import type { OAuth } from './oauth.js'
import { OAuthFault } from './oauth-fault.js'

/** A client that revokes a token. */
interface RevokeRequest {
  readonly client: OAuthClient
  readonly form: Form
  readonly from: Place
}

/**
 * RFC 7009: a refresh token ends its session, including its access tokens; an access token ends only itself. For text
 * that is not a valid token there is nothing to do. `token_type_hint` is not needed: the two kinds do not look alike.
 *
 * @throws OAuthFault invalid_grant for another client's token; RequestFault TOO_MANY; AuthError STORE_UNAVAILABLE: it may
 * still be valid
 */
export async function revokeToken(oauth: OAuth, request: RevokeRequest): Promise<void> {
  const { client, form } = request
  const token = form.need('token')
  if (await endSession(oauth, request, token)) return
  const verified = await verifyOrNot(oauth, token)
  if (verified === undefined) return
  const { client_id: owner, sub = '', sid, jti } = verified.payload
  if (owner !== client.id) throw anothers()
  if (oauth.revocation.isRevoked(verified)) return
  await oauth.limits.revoking(client.id, sub)
  await oauth.revocation.revoke({ token: verified })
  await record(oauth, request, {
    ...(sub === client.id ? {} : { subject: userOf(sub) }),
    ...(typeof sid === 'string' ? { sid } : {}),
    details: { what: 'jti', ...(jti === undefined ? {} : { value: jti }) },
  })
}

async function record(
  { events }: OAuth,
  { client, from }: RevokeRequest,
  what: Pick<ServiceEvent, 'subject' | 'sid' | 'details'>,
): Promise<void> {
  const actor = { kind: 'client', id: client.id } as const
  const { id } = client
  await events.record({ kind: 'token.revoked', result: 'done', actor, client: id, from, ...what })
}

/** Returns whether it was a refresh token. */
async function endSession(oauth: OAuth, request: RevokeRequest, token: string): Promise<boolean> {
  const { client } = request
  try {
    const target = { refreshToken: token, client: client.id }
    const { subject, sid, wasLive } = await oauth.sessionsOf(client).end(target)
    if (!wasLive) return true
    await record(oauth, request, { subject: userOf(subject), sid, details: { what: 'sid' } })
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
