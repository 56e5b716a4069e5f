import { AuthError } from '../foundation/errors.js'
import { isText } from '../foundation/names.js'
import type { Claims, VerifiedToken } from '../token/token.js'
import { verifySigned } from './id-token.js'
import type { Ending } from './keeper.js'
import type { RelyingPartyPolicy } from './policy.js'

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** What a good logout token says, and what makes it good once. */
export interface LogoutClaims extends Ending {
  readonly jti: string
  readonly exp: number
}

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout section 2.6).
 *
 * @throws AuthError LOGOUT_TOKEN with the claim that failed, PROVIDER_UNAVAILABLE
 * @example const { sid, subject } = await verifyLogoutToken(policy, token)
 */
export async function verifyLogoutToken(
  policy: RelyingPartyPolicy,
  token: string,
): Promise<LogoutClaims> {
  const { header, payload } = await signed(policy, token)
  const isTyped = mediaType(header.typ) === 'logout+jwt'
  // Without its `typ` only the event, and the nonce that must be absent, distinguish it from an ID token.
  if (!isTyped && (policy.logoutTokenTyp === 'required' || mediaType(header.typ) === 'at+jwt'))
    throw refused('typ')
  if (!isLogout(payload)) throw refused('events')
  if (Object.hasOwn(payload, 'nonce')) throw refused('nonce')
  const { jti, exp, iat, sub } = payload
  const sid = payload['sid']
  if (!isText(jti)) throw refused('jti')
  if (exp === undefined || iat === undefined) throw refused('exp')
  if (sid !== undefined && !isText(sid)) throw refused('sid')
  if (sid === undefined && !isText(sub)) throw refused('sub')
  return { jti, exp, at: Math.floor(iat), sid, subject: sub }
}

async function signed(policy: RelyingPartyPolicy, token: string): Promise<VerifiedToken> {
  const { provider, logoutTokenTyp } = policy
  const asked = { token, provider, typ: 'logout+jwt' }
  if (logoutTokenTyp === 'required') return verifySigned(policy, asked).catch(asLogout)
  // The usual kinds of the verifier do not include logout+jwt.
  return verifySigned(policy, { token, provider }).catch((error: unknown) =>
    isTypeAlone(error) ? verifySigned(policy, asked).catch(asLogout) : asLogout(error),
  )
}

function isTypeAlone(error: unknown): boolean {
  const cause = error instanceof AuthError ? error.cause : undefined
  return cause instanceof AuthError && cause.code === 'TYPE_MISMATCH'
}

function asLogout(error: unknown): never {
  if (!(error instanceof AuthError) || error.code !== 'LOGIN_TOKEN') throw error
  const claim = error.claim === undefined ? {} : { claim: error.claim }
  throw new AuthError('LOGOUT_TOKEN', claim, { cause: error.cause })
}

function isLogout(payload: Claims): boolean {
  const events = payload['events']
  if (typeof events !== 'object' || events === null || !Object.hasOwn(events, event)) return false
  const value: unknown = (events as Readonly<Record<string, unknown>>)[event] // an own member, as just seen
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mediaType(typ: string | undefined): string | undefined {
  return typ?.toLowerCase().replace(/^application\//, '')
}

function refused(claim: string): AuthError {
  return new AuthError('LOGOUT_TOKEN', { claim })
}
