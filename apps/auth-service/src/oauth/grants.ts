import { AuthError, type TokenResponse } from 'jotgate'
import type { Place } from '../events/event.js'
import { withPlace } from '../events/place.js'
import { tokenExchange, type Grant, type OAuthClient } from './clients.js'
import { exchangeToken, type ExchangeAnswer } from './exchange.js'
import type { Form } from './form.js'
import { redeemCode } from './grant-code.js'
import { idTokenOf } from './id-token-of.js'
import type { OAuth } from './oauth.js'
import { OAuthFault } from './oauth-fault.js'

/** An answer of the token endpoint (RFC 6749 section 5.1); `access_expire` and `refresh_after` are Unix seconds. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  /** OpenID Connect Core sections 3.1.3.3 and 12.2. */
  readonly id_token?: string
  readonly access_expire?: number
  readonly refresh_after?: number
}

/** A request for tokens by an authenticated client. */
interface GrantRequest {
  readonly client: OAuthClient
  readonly form: Form
  readonly from: Place
}

/**
 * Issues tokens.
 *
 * @throws OAuthFault, AuthError
 */
export async function grantTokens(
  oauth: OAuth,
  request: GrantRequest,
): Promise<TokenAnswer | ExchangeAnswer> {
  const type = request.form.need('grant_type')
  if (!isGrant(type)) throw new OAuthFault('unsupported_grant_type')
  if (!request.client.grants.includes(type)) throw new OAuthFault('unauthorized_client')
  return byGrant[type](oauth, request)
}

const byGrant = {
  authorization_code: grantCode,
  client_credentials: grantClient,
  refresh_token: refreshSession,
  [tokenExchange]: exchangeToken,
} as const satisfies Record<
  Grant,
  (oauth: OAuth, request: GrantRequest) => Promise<TokenAnswer | ExchangeAnswer>
>

function isGrant(type: string): type is keyof typeof byGrant {
  return Object.hasOwn(byGrant, type)
}

/** RFC 6749 section 4.4: a token for the client itself, and no refresh token (section 4.4.3). */
async function grantClient(oauth: OAuth, { client, form }: GrantRequest): Promise<TokenAnswer> {
  const scope = narrowScope(client.scopes, form.get('scope'))
  const audience = pickAudience(client, form.resources)
  const { token, expiresIn } = await oauth.signFor(client, { audience, scope })
  // Disabling or narrowing a client revokes the tokens signed before; check that it did not happen meanwhile.
  const now = await oauth.clients.byId(client.id)
  if (now === undefined || now.disabled) throw new OAuthFault('invalid_client')
  if (!now.grants.includes('client_credentials')) throw new OAuthFault('unauthorized_client')
  narrowScope(now.scopes, scope === '' ? undefined : scope)
  pickAudience(now, audience)
  return { ...bearer(token, expiresIn), ...(scope === '' ? {} : { scope }) }
}

/** RFC 6749 section 6. A session keeps one audience from its start: a resource that is named must be that one. */
async function refreshSession(
  oauth: OAuth,
  { client, form, from }: GrantRequest,
): Promise<TokenAnswer> {
  const refreshToken = form.need('refresh_token')
  const [resource, ...others] = pickAudience(client, form.resources)
  if (resource === undefined || others.length > 0) throw new OAuthFault('invalid_target')
  const isNamed = form.resources.length > 0
  const sessions = oauth.sessionsOf(isNamed ? { ...client, audiences: [resource] } : client)
  const scope = form.get('scope')
  const request = { client: client.id, ...(scope === undefined ? {} : { scope }) }
  const refreshed = withPlace(from, () => sessions.refresh(refreshToken, request))
  const tokens = await refreshed.catch((error: unknown) => {
    const isOther = error instanceof AuthError && error.code === 'AUDIENCE_MISMATCH'
    throw isOther && isNamed ? new OAuthFault('invalid_target') : error
  })
  return withIdToken(toAnswer(tokens), await idTokenOf({ signIn: oauth.signIn, client }, tokens))
}

/** The session of a site: without the grant `refresh_token` it is as long as its access token. */
async function grantCode(oauth: OAuth, request: GrantRequest): Promise<TokenAnswer> {
  const { tokens, idToken } = await redeemCode(oauth, request)
  const mayRefresh = request.client.grants.includes('refresh_token')
  const { accessToken, expiresIn, scope, accessExpire } = tokens
  const once = { ...bearer(accessToken, expiresIn), scope, access_expire: accessExpire }
  return withIdToken(mayRefresh ? toAnswer(tokens) : once, idToken)
}

function withIdToken(answer: TokenAnswer, idToken: string | undefined): TokenAnswer {
  return idToken === undefined ? answer : { ...answer, id_token: idToken }
}

function toAnswer(tokens: TokenResponse): TokenAnswer {
  return {
    ...bearer(tokens.accessToken, tokens.expiresIn),
    refresh_token: tokens.refreshToken,
    scope: tokens.scope,
    access_expire: tokens.accessExpire,
    refresh_after: tokens.refreshAfter,
  }
}

function bearer(token: string, expiresIn: number) {
  return { access_token: token, token_type: 'Bearer', expires_in: expiresIn } as const
}

/** The whole scope when none is requested. */
function narrowScope(allowed: readonly string[], asked: string | undefined): string {
  if (asked === undefined) return allowed.join(' ')
  const names = new Set(asked.split(' '))
  if (![...names].every((name) => allowed.includes(name))) throw new OAuthFault('invalid_scope')
  return [...names].join(' ')
}

/** RFC 8707 section 2.2, compared character by character; the client's first audience when none is requested. */
function pickAudience({ audiences }: OAuthClient, resources: readonly string[]): readonly string[] {
  if (resources.length === 0) return audiences.slice(0, 1)
  if (!resources.every((resource) => audiences.includes(resource)))
    throw new OAuthFault('invalid_target')
  return [...new Set(resources)]
}
