import { createHash } from 'node:crypto'
import { AuthError, createSigner, createVerifier, type Claims, type KeyRing } from 'jotgate'
import { isText } from 'jotgate/extend'
import { z } from 'zod'
import type { Configuration } from '../configuration/configuration.js'
import { idTokenAlgorithms, type IdTokenAlgorithm } from './id-token-algorithms.js'
import { createIdTokenRings, type IdTokenRings, type RingParts } from './id-token-rings.js'

/** What an ID token says (OpenID Connect Core section 2). */
export interface IdTokenContent {
  /** The client: `aud`. */
  readonly client: string
  readonly algorithm: IdTokenAlgorithm
  readonly subject: string
  /** Of the session at the site: the same as in its access tokens. */
  readonly sid: string
  readonly authTime: number
  readonly amr: readonly string[]
  readonly acr: string | undefined
  /** Only in the first one of a session. */
  readonly nonce?: string | undefined
  /** For `at_hash`. */
  readonly accessToken: string
}

/** What a logout token says (OpenID Connect Back-Channel Logout section 2.4). */
export interface LogoutTokenContent {
  readonly client: string
  readonly algorithm: IdTokenAlgorithm
  readonly subject: string
  readonly sid: string
}

/** What an ID token that comes back as `id_token_hint` says. Its signature and issuer are good; it may have expired. */
export interface IdTokenHint {
  readonly client: string
  readonly subject: string
  readonly sid: string
}

/** Signs ID and logout tokens, with keys that stay published as long as sessions live. */
export interface IdTokens {
  /** @throws AuthError KEYS_UNAVAILABLE, STORE_UNAVAILABLE */
  sign(content: IdTokenContent): Promise<string>
  /** @throws AuthError KEYS_UNAVAILABLE, STORE_UNAVAILABLE */
  signLogout(content: LogoutTokenContent): Promise<string>
  /**
   * Undefined for whatever is no ID token of this issuer.
   *
   * @throws AuthError KEYS_UNAVAILABLE, STORE_UNAVAILABLE
   */
  readHint(token: string): Promise<IdTokenHint | undefined>
  /**
   * One for each of {@link idTokenAlgorithms}, started, once some client logs users in; none before.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  rings(): Promise<readonly KeyRing[]>
  close(): Promise<void>
}

/** Seconds that an ID token is valid: a site reads it at once, and its own session is what lasts. */
const idTokenLife = 600
/** Seconds; Back-Channel Logout section 2.4 recommends two minutes at most. */
const logoutTokenLife = 120
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** Options of {@link openIdTokens}. */
export interface IdTokenParts extends RingParts {
  readonly configuration: RingParts['configuration'] & Pick<Configuration, 'issuer'>
}

/**
 * ID tokens by the rings of this service. They are made when the first client needs them: an RSA key takes a second.
 *
 * @example const idTokens = openIdTokens({ configuration, data, database, log })
 */
export function openIdTokens(parts: IdTokenParts): IdTokens {
  const rings = createIdTokenRings(parts)
  const { issuer } = parts.configuration
  const signers = async (algorithm: IdTokenAlgorithm) => {
    const key = (await rings.of(algorithm)).signingKey
    const usual = { key, issuer, audience: null }
    return {
      id: createSigner({ ...usual, expiresIn: idTokenLife }),
      logout: createSigner({ ...usual, expiresIn: logoutTokenLife, typ: 'logout+jwt' }),
    }
  }
  return {
    sign: async ({ algorithm, client, ...content }) => {
      const { id } = await signers(algorithm)
      return id({ aud: client, ...claimsOf(content) })
    },
    signLogout: async ({ algorithm, client, subject, sid }) => {
      const { logout } = await signers(algorithm)
      return logout({ aud: client, sub: subject, sid, events: { [logoutEvent]: {} } })
    },
    readHint: async (token) => readHint(rings, issuer, token),
    rings: () => rings.whereNeeded(),
    close: () => rings.close(),
  }
}

function claimsOf(content: Omit<IdTokenContent, 'algorithm' | 'client'>): Claims {
  const { subject, sid, authTime, amr, acr, nonce, accessToken } = content
  return {
    ...{ sub: subject, sid, auth_time: authTime, at_hash: halfHash(accessToken) },
    ...(amr.length === 0 ? {} : { amr }),
    ...(acr === undefined ? {} : { acr }),
    ...(nonce === undefined ? {} : { nonce }),
  }
}

/** OpenID Connect Core section 3.1.3.6: the left half of the hash; all of {@link idTokenAlgorithms} use SHA-256. */
function halfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
}

/** Hints come back long after they have expired (RP-Initiated Logout section 4); `typ` tells them from other tokens. */
async function readHint(
  rings: IdTokenRings,
  issuer: string,
  token: string,
): Promise<IdTokenHint | undefined> {
  const expiry = expiryOf(token)
  if (expiry === undefined) return undefined
  for (const algorithm of idTokenAlgorithms) {
    const verify = createVerifier({
      ...{ keys: await rings.of(algorithm), algorithms: [algorithm], issuer, audience: null },
      typ: 'JWT',
      requiredClaims: ['aud', 'sub', 'sid', 'iat', 'exp'],
      now: () => expiry - 1, // an expired hint counts
    })
    const payload = await verify(token).then((verified) => verified.payload, noHint)
    const { aud: client, sub: subject, sid } = payload ?? {}
    if (isText(client) && isText(subject) && isText(sid)) return { client, subject, sid }
  }
  return undefined
}

function noHint(error: unknown): undefined {
  if (error instanceof AuthError && error.status < 500) return undefined
  throw error
}

/** What the token says of its own end, not verified yet. */
function expiryOf(token: string): number | undefined {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    const { exp } = expiring.parse(JSON.parse(payload))
    return exp
  } catch {
    return undefined
  }
}

const expiring = z.object({ exp: z.int() })
