import { encodeBase64url } from '../encoding/base64url.js'
import { AuthError } from '../foundation/errors.js'
import { decodePayload, splitCompact } from '../token/jws.js'
import { issuedAfterClaim } from '../token/issued-after.js'
import { completeSigner } from '../token/sign.js'
import { applySchema } from '../token/schema.js'
import type { Claims } from '../token/token.js'
import type { SessionsPolicy } from './session-policy.js'
import type { StoredSession } from './ports.js'
import { detailClaims, ownClaims } from './details.js'
import { encodeRefreshToken } from './refresh-token.js'

/** The answer to a login or a refresh. Times are Unix seconds, `expiresIn` seconds. */
export interface TokenResponse {
  readonly accessToken: string
  readonly refreshToken: string
  readonly tokenType: 'Bearer'
  /** Life of the access token (RFC 6749 section 5.1). */
  readonly expiresIn: number
  /** `exp` of the access token. */
  readonly accessExpire: number
  /** When to refresh, in Unix seconds: drawn anew for every answer, so that a thief cannot refresh in step. */
  readonly refreshAfter: number
  /** What the access token permits; less than asked for when the subject may no longer have it. */
  readonly scope: string
  /** Public name of the session, as in the access token. */
  readonly sid: string
}

/** An access token that no store knows of yet. */
export interface AccessToken {
  readonly token: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly scope: string
}

/** What an access token is made of, beside its session. */
export interface AccessContent {
  readonly claims: Claims
  readonly scope: string
  /** Seconds; default the `accessTtl`. */
  readonly life?: number
  /** Who acts as the subject: the claim `act` (RFC 8693 section 4.1). */
  readonly actor?: string
}

/**
 * Signs an access token for a session (RFC 9068 section 2.2). It never outlives the session.
 *
 * @throws AuthError KEYS_UNAVAILABLE; TypeError when `claims` holds a claim that is set here, or does not fit the schema
 */
export async function signAccess(
  policy: SessionsPolicy,
  session: StoredSession,
  content: AccessContent,
): Promise<AccessToken> {
  const clash = Object.keys(content.claims).find((name) => ownClaims.includes(name))
  if (clash !== undefined) throw new TypeError(`the claim "${clash}" is set by createSessions`)
  const issuedAt = issuedAtOf(policy.now(), session)
  const usual = content.life ?? policy.accessTtl
  const life = Math.max(1, Math.round(usual * (1 - policy.expiryJitter * draw(policy))))
  const expiresAt = Math.min(issuedAt + life, session.absoluteExpiry)
  const claims: Claims = {
    ...detailClaims(session.details),
    ...content.claims,
    sub: session.subject,
    ...audienceOf(session),
    iat: issuedAt,
    exp: expiresAt,
    jti: encodeBase64url(policy.randomBytes(16)),
    sid: session.sid,
    client_id: session.client,
    scope: content.scope,
    ...(content.actor === undefined ? {} : { act: { sub: content.actor } }),
    ...issuedAfterOf(session, issuedAt),
  }
  const token = await sign(policy, claims)
  await checkClaims(policy, token)
  return { token, issuedAt, expiresAt, scope: content.scope }
}

/** What keeps a token of a session valid that was issued after a cut-off of the session and dated before it. */
function issuedAfterOf({ details }: StoredSession, issuedAt: number): Claims {
  const cutOff = details?.cutOff
  if (cutOff === undefined || issuedAt > cutOff) return {}
  return { [issuedAfterClaim]: { sid: cutOff } }
}

/** Seconds. */
const mostAhead = 60

/**
 * A session may begin a second after a cut-off, and its tokens with it. One that has begun further ahead was begun by a
 * wrong clock: its tokens would not be valid yet.
 */
function issuedAtOf(now: number, { createdAt }: StoredSession): number {
  return createdAt > now + mostAhead ? now : Math.max(now, createdAt)
}

/** A signer that fails could not decide: that is a 503, never a 401 that logs users out. */
async function sign(policy: SessionsPolicy, claims: Claims): Promise<string> {
  try {
    return await completeSigner(policy.sign)(claims)
  } catch (cause) {
    if (cause instanceof AuthError) throw cause
    throw new AuthError('KEYS_UNAVAILABLE', { retryAfter: 1 }, { cause })
  }
}

/** Reads the signed token as a verifier will. A token that does not fit is a bug of the program, not the user's fault. */
async function checkClaims({ claims: schema }: SessionsPolicy, token: string): Promise<void> {
  if (schema === undefined) return
  try {
    await applySchema(schema, decodePayload(splitCompact(token).payload, { bigints: true }))
  } catch (cause) {
    const claim = cause instanceof AuthError ? cause.claim : undefined
    const named = claim === undefined ? '' : `: "${claim}"`
    throw new TypeError(`the claims of the subject do not fit the schema${named}`, { cause })
  }
}

/** The answer to a login or a refresh. Only computes: nothing in it can fail. */
export function answer(
  policy: SessionsPolicy,
  session: StoredSession,
  access: AccessToken,
): TokenResponse {
  return {
    accessToken: access.token,
    refreshToken: encodeRefreshToken(policy.serviceKey, {
      sessionId: session.id,
      generation: session.generation,
    }),
    tokenType: 'Bearer',
    expiresIn: access.expiresAt - access.issuedAt,
    accessExpire: access.expiresAt,
    refreshAfter: drawRefreshAfter(policy, access),
    scope: access.scope,
    sid: session.sid,
  }
}

/** Drawn for every answer, replays included: an answer does not tell when the owner of another will refresh. */
function drawRefreshAfter(policy: SessionsPolicy, access: AccessToken): number {
  const earliest = (policy.accessTtl - policy.refreshWindow) / 2
  const after = Math.round(earliest + draw(policy) * policy.refreshWindow)
  return Math.min(access.issuedAt + after, access.expiresAt)
}

/** Evenly from 0 (inclusive) to 1 (exclusive). */
function draw(policy: SessionsPolicy): number {
  return Buffer.from(policy.randomBytes(4)).readUInt32BE() / 2 ** 32
}

function audienceOf(session: StoredSession): { aud?: string | readonly string[] } {
  const [first, ...others] = session.audience
  if (first === undefined) return {}
  return { aud: others.length === 0 ? first : session.audience }
}
