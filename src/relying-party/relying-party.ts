import { AuthError, ConfigError } from '../foundation/errors.js'
import { notify } from '../foundation/listener.js'
import { createCookieMode, type CookieMode } from '../gate/cookies/cookie-mode.js'
import { requireOwnPage } from '../gate/cookies/own-page.js'
import type { Extractor } from '../gate/extract.js'
import type { Gate } from '../gate/gate.js'
import { fault, refusal, type SiteAnswer } from './answer.js'
import { backchannelLogout } from './backchannel.js'
import { callback, RefusedAnswer } from './callback.js'
import { freshSession } from './fresh-session.js'
import { handOver } from './handed-over.js'
import { keepInCookies } from './in-cookies.js'
import { keepInStore, type StoreKeeper } from './in-store.js'
import type { Keeper } from './keeper.js'
import { login, loginOptionsOf, type LoginOptions } from './login.js'
import { logout } from './logout.js'
import {
  readRelyingPartyOptions,
  type RelyingPartyEvent,
  type RelyingPartyOptions,
  type RelyingPartyValues,
} from './options.js'
import { pagesGate } from './pages.js'
import type { RelyingPartyPolicy } from './policy.js'
import type { SiteSession } from './ports.js'
import { createProvider, problemOf } from './provider.js'
import { refresh } from './refresh.js'
import { routesOf, type RelyingPartyRoute, type SiteRoute } from './routes.js'
import { createSeal, type Seal } from './seal.js'
import { createSharedRefreshes } from './shared-refreshes.js'
import { isPageVisit, placeOf, visitOf, type SiteRequest, type Visit } from './site-request.js'
import { stepUpOf, type LoginChallenge } from './step-up.js'
import { createTokenEndpoint, ProviderRefusal } from './token-endpoint.js'
import { transactionLife } from './transactions.js'
import { createUsedAnswers } from './used-answers.js'
import { userInfo, type UserInfo } from './user-info.js'

/** A site whose users log in at an OpenID provider. Each answer is whole: refusals are answers too. */
export interface RelyingParty {
  /** Sends the browser to the provider. Without options it takes those in the request's query. */
  login(request: SiteRequest, options?: LoginOptions): Promise<SiteAnswer>
  /** Takes the provider's answer, and sends the browser to where the login began. */
  callback(request: SiteRequest): Promise<SiteAnswer>
  /** Refreshes the session of an own page. */
  refresh(request: SiteRequest): Promise<SiteAnswer>
  /** Ends the session of an own page here, and leads on to the provider's logout. */
  logout(request: SiteRequest): Promise<SiteAnswer>
  /** Takes a logout token from the provider. */
  backchannelLogout(request: SiteRequest): Promise<SiteAnswer>
  /**
   * Follows a challenge (RFC 9470) that this site got for its user, from a gate or from an API that it has called: a login as
   * recent or as strong as it asks for, and back to the page. Undefined when it asks for none, or when there is no page to
   * come back to: answer as you would have.
   *
   * @example const answer = await relyingParty.stepUp(request, response.headers.get('www-authenticate'))
   */
  stepUp(request: SiteRequest, challenge: LoginChallenge): Promise<SiteAnswer | undefined>
  /**
   * What the provider tells of the user of a request, with `cookies` and `store`: `subject` is the `sub` of the verified
   * token, or of the session. Undefined without an access token, or where the provider has no such endpoint.
   *
   * @throws AuthError LOGIN_REFUSED, LOGIN_TOKEN for another user, PROVIDER_UNAVAILABLE
   * @example (await relyingParty.userInfo(request, gate.current().claims.sub))?.email
   */
  userInfo(request: SiteRequest, subject: string | undefined): Promise<UserInfo | undefined>
  /**
   * The session of a request, with the option `store`; undefined when there is none. With `fresh: true` its access token is
   * refreshed first when it has expired: ask so where you call an API with it.
   *
   * @throws AuthError STORE_UNAVAILABLE; with `fresh` also PROVIDER_UNAVAILABLE and others of a refresh
   */
  session(
    request: SiteRequest,
    options?: { readonly fresh?: boolean },
  ): Promise<SiteSession | undefined>
  /** Finds the access token in the cookies, for `createGate`. With `store` and `onTokens` it finds none. */
  readonly extract: Extractor
  /**
   * A gate for pages: sends visitors to the login instead of a 401, and back to their page. With `store` and `onTokens` there
   * is no token that it could find: ask {@link session}, and send visitors without one to the login's path.
   *
   * @throws ConfigError without cookies
   */
  pages<C>(gate: Gate<C>): Gate<C>
  /** Where the routes are, for adapters. */
  readonly routes: readonly SiteRoute[]
  /** The route of a request, by its method and its path without the query; undefined when it is for none of them. */
  find(method: string | undefined, path: string): RelyingPartyRoute | undefined
  /** Answers a request to a route, for adapters: never rejects. */
  answer(route: RelyingPartyRoute, request: SiteRequest): Promise<SiteAnswer>
}

/**
 * Builds the relying half of a login at an OpenID provider (OpenID Connect Core, by code with PKCE): login, callback,
 * refresh, logout and back-channel logout. `relyingPartyRoutes` of each HTTP adapter mounts them in one line. The
 * provider is asked when the first user logs in.
 *
 * Not for: pages without a server; a browser cannot keep a secret.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous
 * @example
 * const relyingParty = createRelyingParty({
 *   issuer: 'https://accounts.example',
 *   clientId: 'shop',
 *   clientSecret,
 *   redirectUri: 'https://shop.example/auth/callback',
 * })
 * app.use(relyingPartyRoutes(relyingParty)) // from 'jotgate/express'
 */
export function createRelyingParty(options: RelyingPartyOptions): RelyingParty {
  const values = readRelyingPartyOptions(options)
  const seal = createSeal(values.cookieSecret)
  const { cookies, keeper, session } = keeperOf(values, seal)
  const routes = routesOf(values.redirectUri)
  const policy = policyOf(values, { seal, keeper, routes })
  const answer = (name: RelyingPartyRoute, request: SiteRequest, asked?: LoginOptions) =>
    answerTo(policy, { name, request, asked })
  const canEnd = keeper.end !== undefined || values.revocation !== undefined
  return Object.freeze({
    login: (request, asked) => answer('login', request, asked),
    callback: (request) => answer('callback', request),
    refresh: (request) => answer('refresh', request),
    logout: (request) => answer('logout', request),
    backchannelLogout: (request) => answer('backchannelLogout', request),
    stepUp: async (request, challenge) => {
      const visit = visitOf(request)
      const asked = stepUpOf(challenge)
      if (asked === undefined || !isPageVisit(visit)) return undefined
      return answer('login', request, { ...asked, returnTo: placeOf(visit) })
    },
    userInfo: (request, subject) => userInfo(policy, visitOf(request), subject),
    session: (request, asked) => sessionOf(policy, visitOf(request), { session, ...asked }),
    extract: cookies?.extract ?? (() => undefined),
    pages: (gate) => {
      // Its gate would find no token, and the browser would go round between site and provider.
      if (cookies === undefined)
        throw new ConfigError(
          'createRelyingParty.cookies',
          'is needed for pages: ask session(request)',
        )
      return pagesGate(gate, routes)
    },
    routes: routes.filter(({ name }) => canEnd || name !== 'backchannelLogout'),
    find: (method, path) => {
      const found = routes.find((each) => each.method === method && each.path === path)?.name
      return canEnd || found !== 'backchannelLogout' ? found : undefined
    },
    answer: (name, request) => answer(name, request).catch(() => fault()),
  } satisfies RelyingParty)
}

interface AskedSession {
  readonly session: StoreKeeper['session'] | undefined
  readonly fresh?: boolean
}

async function sessionOf(
  policy: RelyingPartyPolicy,
  visit: Visit,
  { session, fresh = false }: AskedSession,
): Promise<SiteSession | undefined> {
  if (session === undefined) return undefined
  return fresh ? freshSession(policy, visit, session) : session(visit.call)
}

interface Kept {
  readonly keeper: Keeper
  readonly cookies?: CookieMode
  readonly session?: StoreKeeper['session']
}

function keeperOf(values: RelyingPartyValues, seal: Seal): Kept {
  const { store, onTokens, now, sessionTtl, origin } = values
  if (onTokens !== undefined) return { keeper: handOver(onTokens) }
  if (store !== undefined) {
    const keeper = keepInStore({ store, now, sessionTtl })
    return { keeper, session: keeper.session }
  }
  const cookies = values.cookies ?? createCookieMode({ origins: [origin], sameSite: 'Lax' })
  return { cookies, keeper: keepInCookies({ cookies, seal, now, sessionTtl }) }
}

function policyOf(
  values: RelyingPartyValues,
  made: Pick<RelyingPartyPolicy, 'seal' | 'keeper' | 'routes'>,
): RelyingPartyPolicy {
  const { now, origin, cookies } = values
  const provider = createProvider(values)
  const own = { origins: new Set([origin]), siblings: false }
  return Object.freeze({
    ...values,
    ...made,
    provider,
    tokens: createTokenEndpoint(values, provider),
    used: createUsedAnswers({ now, seconds: transactionLife }),
    usedLogouts: createUsedAnswers({ now, seconds: transactionLife }),
    arriving: new Map(),
    refreshes: createSharedRefreshes(now),
    ownPages: (call) => {
      if (cookies === undefined) requireOwnPage(call, own)
      else cookies.check(call)
    },
  } satisfies RelyingPartyPolicy)
}

interface Asked {
  readonly name: RelyingPartyRoute
  readonly request: SiteRequest
  readonly asked: LoginOptions | undefined
}

async function answerTo(policy: RelyingPartyPolicy, asked: Asked): Promise<SiteAnswer> {
  const { name: route, request } = asked
  const visit = visitOf(request)
  try {
    const answer = await handle(policy, visit, asked)
    notify(policy.onEvent, { route, status: answer.status })
    return answer
  } catch (error) {
    const refused = error instanceof RefusedAnswer ? error.refusal : error
    notify(policy.onEvent, eventOf(route, refused))
    if (!(refused instanceof AuthError)) throw error
    return refusal(refused, visit.call, error instanceof RefusedAnswer ? error.setCookie : [])
  }
}

function handle(
  policy: RelyingPartyPolicy,
  visit: Visit,
  { name, request, asked }: Asked,
): Promise<SiteAnswer> {
  switch (name) {
    case 'login':
      return login(policy, visit, asked ?? loginOptionsOf(visit))
    case 'callback':
      return callback(policy, visit, request)
    case 'refresh':
      return refresh(policy, visit)
    case 'logout':
      return logout(policy, visit)
    case 'backchannelLogout':
      return backchannelLogout(policy, visit)
  }
}

function eventOf(route: RelyingPartyRoute, error: unknown): RelyingPartyEvent {
  if (!(error instanceof AuthError)) return { route, status: 500, fault: error }
  const { status, code, claim, cause } = error
  const detail = cause instanceof ProviderRefusal ? cause.error : problemOf(cause)
  return {
    ...{ route, status, code },
    ...(claim === undefined ? {} : { claim }),
    ...(detail === undefined ? {} : { detail }),
    ...(status >= 500 && cause !== undefined ? { fault: cause } : {}),
  }
}
