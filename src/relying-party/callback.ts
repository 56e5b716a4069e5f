import { AuthError } from '../foundation/errors.js'
import { isText } from '../foundation/names.js'
import { redirect, type SiteAnswer } from './answer.js'
import { verifyIdToken } from './id-token.js'
import type { RelyingPartyPolicy } from './policy.js'
import { parameter, type SiteRequest, type Visit } from './site-request.js'
import type { IdClaims, SiteLogin, UnverifiedTokens } from './site-login.js'
import { ProviderRefusal } from './token-endpoint.js'
import { findTransaction, type HeldTransaction } from './transactions.js'

/** Errors of RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6; others are not repeated. */
const knownErrors =
  /^(?:invalid_request|unauthorized_client|access_denied|unsupported_response_type|invalid_scope|server_error|temporarily_unavailable|interaction_required|login_required|account_selection_required|consent_required|invalid_target|unmet_authentication_requirements)$/
/** What a login without a page ends with when it needs one. */
const needsPage =
  /^(?:interaction_required|login_required|account_selection_required|consent_required)$/

/** A refusal of an answer, with the `Set-Cookie` value that ends its login. */
export class RefusedAnswer extends Error {
  override readonly name = 'RefusedAnswer'
  readonly refusal: AuthError
  readonly setCookie: readonly string[]

  constructor(refusal: AuthError, setCookie: readonly string[]) {
    super(refusal.message)
    this.refusal = refusal
    this.setCookie = setCookie
  }
}

/**
 * Takes the provider's answer to a login (OpenID Connect Core section 3.1.2.5): its state, its issuer, then its code.
 *
 * @throws AuthError REQUEST_REFUSED, LOGIN_STATE, ORIGIN_REFUSED; RefusedAnswer with LOGIN_ISSUER, LOGIN_REFUSED,
 * LOGIN_TOKEN, LOGIN_NONCE, PROVIDER_UNAVAILABLE
 */
export async function callback(
  policy: RelyingPartyPolicy,
  visit: Visit,
  request: SiteRequest,
): Promise<SiteAnswer> {
  const answer = answerOf(visit)
  const { now, seal, used, arriving } = policy
  const name = `${answer.state} ${answer.code ?? ''}`
  const found = findTransaction(seal, visit.call, { state: answer.state, now: now() })
  // The same answer while it is being taken, as a reload sends it: both get the tokens.
  const running = found === undefined ? undefined : arriving.get(name)
  if (running !== undefined) return running
  if (found === undefined || used.has(found.state)) {
    // The back button, a second click, a bookmark: a browser that has a session goes on with it.
    if (await policy.keeper.hasSession(visit.call)) return redirect(found?.returnTo ?? '/')
    throw new AuthError('LOGIN_STATE')
  }
  const taking = take(policy, { answer, transaction: found, request })
  arriving.set(name, taking)
  return taking.finally(() => arriving.delete(name))
}

async function take(policy: RelyingPartyPolicy, completing: Completing): Promise<SiteAnswer> {
  try {
    return await complete(policy, completing)
  } catch (error) {
    const { clear } = completing.transaction
    throw error instanceof AuthError ? new RefusedAnswer(error, [clear]) : error
  }
}

interface Answer {
  readonly state: string
  readonly code: string | undefined
  readonly error: string | undefined
  readonly iss: string | undefined
}

/** @throws AuthError REQUEST_REFUSED for a parameter that is there twice, and for neither or both of code and error */
function answerOf({ query }: Visit): Answer {
  const read = (name: string) => parameter(query, name)
  const [state, code, error, iss] = [read('state'), read('code'), read('error'), read('iss')]
  if (state === undefined || (code === undefined) === (error === undefined))
    throw new AuthError('REQUEST_REFUSED')
  return { state, code, error, iss }
}

interface Completing {
  readonly answer: Answer
  readonly transaction: HeldTransaction
  readonly request: SiteRequest
}

async function complete(
  policy: RelyingPartyPolicy,
  { answer, transaction, request }: Completing,
): Promise<SiteAnswer> {
  await requireIssuer(policy, transaction, answer)
  policy.used.add(transaction.state)
  const { error, code = '' } = answer
  if (error !== undefined) {
    if (transaction.silent === true && needsPage.test(error))
      return redirect(transaction.returnTo, [transaction.clear])
    const cause = new ProviderRefusal(error, knownErrors)
    throw new AuthError('LOGIN_REFUSED', {}, { cause })
  }
  const tokens = await policy.tokens.grant({
    grant_type: 'authorization_code',
    code,
    redirect_uri: policy.redirectUri,
    code_verifier: transaction.verifier,
  })
  const login = await loginOf(policy, transaction, tokens)
  const { setCookie } = await policy.keeper.keep(login, request)
  return redirect(transaction.returnTo, [...setCookie, transaction.clear])
}

/** Before the code goes anywhere: it may be another provider's (RFC 9207 section 2.4, RFC 9700 section 4.4). */
async function requireIssuer(
  { issuer, provider }: RelyingPartyPolicy,
  transaction: HeldTransaction,
  { iss }: Answer,
): Promise<void> {
  const { namesIssuer } = await provider.metadata()
  const isNamed = iss === undefined ? !namesIssuer : iss === issuer
  if (transaction.issuer !== issuer || !isNamed) throw new AuthError('LOGIN_ISSUER')
}

async function loginOf(
  policy: RelyingPartyPolicy,
  { nonce, loggedInSince, acrValues }: HeldTransaction,
  tokens: UnverifiedTokens,
): Promise<SiteLogin> {
  const { idToken, accessToken } = tokens
  if (idToken === undefined) throw new AuthError('LOGIN_TOKEN', { claim: 'id_token' })
  const claims: IdClaims = await verifyIdToken(policy, {
    token: idToken,
    provider: policy.provider,
    expected: {
      ...{ nonce, accessToken },
      ...(loggedInSince === undefined ? {} : { loggedInSince }),
      ...(acrValues === undefined ? {} : { acrValues }),
    },
  })
  const sid = claims['sid']
  const at = policy.now()
  return { subject: claims.sub, sid: isText(sid) ? sid : undefined, claims, idToken, tokens, at }
}
