import { AuthError } from '../foundation/errors.js'
import { askProvider } from './ask-provider.js'
import type { RelyingPartyPolicy } from './policy.js'
import { providerUnavailable } from './provider.js'
import type { Visit } from './site-request.js'
import { ProviderRefusal } from './token-endpoint.js'

/** What the provider tells of a user: `name`, `email` and others, by the scopes of the login. */
export type UserInfo = Readonly<Record<string, unknown>> & { readonly sub: string }

/** Errors of RFC 6750 section 3.1. */
const knownErrors = /^(?:invalid_request|invalid_token|insufficient_scope)$/

/**
 * Asks the provider about the user of a request (OpenID Connect Core section 5.3), with the access token that it has. The
 * answer must be about `subject`, the `sub` that has been verified: an access token of another user may stand in its place.
 *
 * @throws AuthError LOGIN_REFUSED, LOGIN_TOKEN, PROVIDER_UNAVAILABLE
 */
export async function userInfo(
  policy: RelyingPartyPolicy,
  { call }: Visit,
  subject: string | undefined,
): Promise<UserInfo | undefined> {
  const accessToken = await policy.keeper.accessToken(call)
  const { userinfoEndpoint } = await policy.provider.metadata()
  if (accessToken === undefined || userinfoEndpoint === undefined) return undefined
  const { timeoutMs, provider } = policy
  const headers = { authorization: `Bearer ${accessToken}` }
  const asked = askProvider(userinfoEndpoint, { fetch: provider.fetch, timeoutMs, headers })
  const { status, document } = await asked.catch((cause: unknown) => {
    throw providerUnavailable(cause)
  })
  if (status !== 200) {
    const cause = new ProviderRefusal(document['error'], knownErrors)
    throw status < 500 ? new AuthError('LOGIN_REFUSED', {}, { cause }) : providerUnavailable(cause)
  }
  const { sub } = document
  if (typeof sub !== 'string' || sub !== subject)
    throw new AuthError('LOGIN_TOKEN', { claim: 'sub' })
  return { ...document, sub }
}
