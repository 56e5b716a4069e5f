import { createHash } from 'node:crypto'
import { parseDuration } from '../foundation/duration.js'
import { AuthError } from '../foundation/errors.js'
import { isScopeToken, isTextUpTo } from '../foundation/names.js'
import { redirect, type SiteAnswer } from './answer.js'
import { continueSession } from './refresh.js'
import type { RelyingPartyPolicy } from './policy.js'
import { safeReturnTo } from './return-to.js'
import { isPageVisit, parameter, type Visit } from './site-request.js'
import { beginTransaction } from './transactions.js'

/** What a login asks of the provider (OpenID Connect Core section 3.1.2.1). */
export interface LoginOptions {
  /** Where the browser goes after the login: a path of this site. Anything else means `/`, and so does leaving it out. */
  readonly returnTo?: string
  /**
   * `login` asks for the password again; add `maxAge: 0` to be sure that it happened. `none` shows no page: without a login at the provider the browser comes back as
   * it went. Ask with `none` at most once until the user acts, or the page goes round.
   */
  readonly prompt?: 'login' | 'none' | 'consent' | 'select_account'
  /** Seconds: the most since the user last proved who they are. The ID token's `auth_time` has to say so. */
  readonly maxAge?: number
  /** The contexts of which one is needed: the ID token's `acr` has to be one of them. */
  readonly acrValues?: readonly string[]
  /** Fills in the name at the provider. */
  readonly loginHint?: string
  /** Languages of the provider's pages, the preferred one first. */
  readonly uiLocales?: readonly string[]
}

const prompts = ['login', 'none', 'consent', 'select_account'] as const
const longest = 512

/**
 * The options in a query, as links to the login have them: `returnTo`, `prompt`, `max_age`, `acr_values`, `login_hint`,
 * `ui_locales`.
 *
 * @throws AuthError REQUEST_REFUSED for one that is there twice, or is not as OpenID Connect has it
 */
export function loginOptionsOf({ query }: Pick<Visit, 'query'>): LoginOptions {
  const [returnTo, hint] = [parameter(query, 'returnTo'), parameter(query, 'login_hint')]
  const prompt = promptOf(parameter(query, 'prompt'))
  const maxAge = maxAgeOf(parameter(query, 'max_age'))
  const [acrValues, uiLocales] = [wordsOf(query, 'acr_values'), wordsOf(query, 'ui_locales')]
  return {
    ...(returnTo === undefined ? {} : { returnTo }),
    ...(hint === undefined ? {} : { loginHint: hint }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(uiLocales === undefined ? {} : { uiLocales }),
  }
}

/**
 * Sends the browser to the provider, or, with a session that a refresh continues and nothing asked that only a login can
 * give, straight to where it wants to be.
 *
 * @throws AuthError REQUEST_REFUSED for a prefetch, a frame, or a request of a script; PROVIDER_UNAVAILABLE
 */
export async function login(
  policy: RelyingPartyPolicy,
  visit: Visit,
  options: LoginOptions,
): Promise<SiteAnswer> {
  if (!isPageVisit(visit)) throw new AuthError('REQUEST_REFUSED')
  const returnTo = safeReturnTo(options.returnTo, {
    origin: policy.origin,
    routes: policy.routes.map(({ path }) => path),
  })
  const { prompt, maxAge, acrValues = [] } = options
  const isPlain = prompt === undefined && maxAge === undefined && acrValues.length === 0
  // With an access token that the page has refused a refresh would go round for ever.
  if (isPlain && !(await policy.keeper.hasSession(visit.call))) {
    const setCookie = await continueSession(policy, visit)
    if (setCookie !== undefined) return redirect(returnTo, setCookie)
  }
  const { authorizationEndpoint } = await policy.provider.metadata()
  const begunAt = policy.now()
  const age = maxAge === undefined ? undefined : parseDuration(maxAge, 'login.maxAge')
  const { transaction, setCookie } = beginTransaction(policy.seal, visit.call, {
    ...{ returnTo, begunAt, issuer: policy.issuer },
    ...(age === undefined ? {} : { loggedInSince: begunAt - age }),
    ...(acrValues.length === 0 ? {} : { acrValues }),
    ...(prompt === 'none' ? { silent: true as const } : {}),
  })
  const url = new URL(authorizationEndpoint)
  const asked = { ...ownParameters(policy, transaction), ...parametersOf(options, age) }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  for (const each of policy.resource) url.searchParams.append('resource', each)
  return redirect(url.href, setCookie)
}

function ownParameters(
  { clientId, redirectUri, scope, authorizationParameters }: RelyingPartyPolicy,
  {
    state,
    nonce,
    verifier,
  }: { readonly state: string; readonly nonce: string; readonly verifier: string },
): Readonly<Record<string, string>> {
  return {
    ...authorizationParameters,
    response_type: 'code',
    response_mode: 'query',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
}

function parametersOf(
  { prompt, loginHint, acrValues = [], uiLocales = [] }: LoginOptions,
  age: number | undefined,
): Readonly<Record<string, string>> {
  return {
    ...(prompt === undefined ? {} : { prompt }),
    ...(age === undefined ? {} : { max_age: String(age) }),
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
    ...(uiLocales.length === 0 ? {} : { ui_locales: uiLocales.join(' ') }),
    ...(isTextUpTo(longest, loginHint) ? { login_hint: loginHint } : {}),
  }
}

function promptOf(given: string | undefined): LoginOptions['prompt'] {
  if (given === undefined) return undefined
  const found = prompts.find((each) => each === given)
  if (found === undefined) throw new AuthError('REQUEST_REFUSED')
  return found
}

function maxAgeOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  if (!/^\d{1,9}$/.test(given)) throw new AuthError('REQUEST_REFUSED')
  return Number(given)
}

function wordsOf(query: URLSearchParams, name: string): readonly string[] | undefined {
  const given = parameter(query, name)
  if (given === undefined) return undefined
  const words = given.split(' ').filter((word) => word !== '')
  if (given.length > longest || !words.every(isScopeToken)) throw new AuthError('REQUEST_REFUSED')
  return words
}
