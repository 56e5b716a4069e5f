import { randomId } from '../encoding/random-id.js'
import { AuthError } from '../foundation/errors.js'
import { isText } from '../foundation/names.js'
import { signCompact } from '../token/compact.js'
import type { RelyingPartyValues } from './options.js'
import { providerUnavailable, type Provider } from './provider.js'
import { askProvider } from './ask-provider.js'
import type { UnverifiedTokens } from './site-login.js'

/** The token endpoint of the provider. */
export interface TokenEndpoint {
  /**
   * Presents a code or a refresh token, with the client's own authentication.
   *
   * @throws AuthError LOGIN_REFUSED with the provider's `error` as its cause, LOGIN_TOKEN, PROVIDER_UNAVAILABLE
   */
  grant(members: Readonly<Record<string, string>>): Promise<UnverifiedTokens>
  /** Revokes a refresh token (RFC 7009), where the provider can. Rejects with whatever went wrong, within a second. */
  revoke(refreshToken: string): Promise<void>
}

/** Of an answer without `expires_in`. */
const usualLife = 300
const assertionLife = 60
/** A user waits for it. */
const longestRevocationMs = 1000
/** Errors of RFC 6749 section 5.2 and RFC 8707 section 2; others are not repeated. */
const knownErrors =
  /^(?:invalid_request|invalid_client|invalid_grant|unauthorized_client|unsupported_grant_type|invalid_scope|invalid_target)$/

type EndpointOptions = Pick<
  RelyingPartyValues,
  | 'clientId'
  | 'clientSecret'
  | 'privateKey'
  | 'tokenEndpointAuthMethod'
  | 'issuer'
  | 'resource'
  | 'now'
  | 'timeoutMs'
>

/** The provider's refusal, as the cause of LOGIN_REFUSED: its `error` when that is one of the standard ones. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal'
  readonly error: string

  constructor(error: unknown, known: RegExp) {
    const code = typeof error === 'string' && known.test(error) ? error : 'unknown_error'
    super(`the provider answered ${code}`)
    this.error = code
  }
}

/**
 * The token endpoint of a provider, and its endpoint for revocation, asked as the client that the options name.
 *
 * @example await createTokenEndpoint(values, provider).grant({ grant_type: 'refresh_token', refresh_token })
 */
export function createTokenEndpoint(options: EndpointOptions, provider: Provider): TokenEndpoint {
  return Object.freeze({
    grant: async (members: Readonly<Record<string, string>>) => {
      const { tokenEndpoint } = await provider.metadata()
      const form = new URLSearchParams({ ...members })
      for (const each of options.resource) form.append('resource', each)
      const headers = await authenticate(options, form)
      const { timeoutMs } = options
      const asked = askProvider(tokenEndpoint, { fetch: provider.fetch, timeoutMs, headers, form })
      const { status, document } = await asked.catch((cause: unknown) => {
        throw providerUnavailable(cause)
      })
      if (status === 200) return readTokens(document)
      const refused = new ProviderRefusal(document['error'], knownErrors)
      const isRefusal = status >= 400 && status < 500 && isText(document['error'])
      throw isRefusal
        ? new AuthError('LOGIN_REFUSED', {}, { cause: refused })
        : providerUnavailable(new Error(`the server answered with status ${String(status)}`))
    },
    revoke: async (refreshToken: string) => {
      const { revocationEndpoint } = await provider.metadata()
      if (revocationEndpoint === undefined) return
      const form = new URLSearchParams({ token: refreshToken, token_type_hint: 'refresh_token' })
      const headers = await authenticate(options, form)
      const timeoutMs = Math.min(options.timeoutMs, longestRevocationMs)
      await askProvider(revocationEndpoint, { fetch: provider.fetch, timeoutMs, headers, form })
    },
  })
}

/** Adds what proves the client (OpenID Connect Core section 9) to the form, or returns it as a header field. */
async function authenticate(
  options: EndpointOptions,
  form: URLSearchParams,
): Promise<Readonly<Record<string, string>>> {
  const { clientId, clientSecret = '', tokenEndpointAuthMethod: method, privateKey } = options
  if (method === 'client_secret_basic') {
    // Each half is written as in a form first (RFC 6749 section 2.3.1).
    const pair = [clientId, clientSecret].map(formEncode).join(':')
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  }
  form.set('client_id', clientId)
  if (method === 'client_secret_post') form.set('client_secret', clientSecret)
  if (method !== 'private_key_jwt' || privateKey === undefined) return {}
  const iat = Math.floor(options.now())
  // The issuer alone is the audience: an assertion for an endpoint could be used at another one that names the same.
  const claims = { iss: clientId, sub: clientId, aud: options.issuer, jti: randomId(), iat }
  const payload = Buffer.from(JSON.stringify({ ...claims, exp: iat + assertionLife }))
  form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  form.set('client_assertion', await signCompact(payload, privateKey, { typ: 'JWT' }))
  return {}
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

function readTokens(document: Readonly<Record<string, unknown>>): UnverifiedTokens {
  const { access_token: accessToken, token_type: type, expires_in: life = usualLife } = document
  if (!isText(accessToken)) throw new AuthError('LOGIN_TOKEN', { claim: 'access_token' })
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    throw new AuthError('LOGIN_TOKEN', { claim: 'token_type' })
  const expiresIn = Math.floor(Number(life)) // some providers write it as text
  if (!Number.isSafeInteger(expiresIn) || expiresIn < 1)
    throw new AuthError('LOGIN_TOKEN', { claim: 'expires_in' })
  const textIn = (name: string) => {
    const found = document[name]
    return isText(found) ? found : undefined
  }
  const [refreshToken, idToken] = [textIn('refresh_token'), textIn('id_token')]
  return { accessToken, refreshToken, idToken, scope: textIn('scope'), expiresIn }
}
