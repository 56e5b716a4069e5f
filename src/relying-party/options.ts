import type { Duration } from '../foundation/duration.js'
import { ConfigError, type ErrorCode } from '../foundation/errors.js'
import { isScopeToken } from '../foundation/names.js'
import {
  clock,
  guarding,
  milliseconds,
  oneOf,
  optionalFunc,
  type Option,
  type OptionTable,
  type OptionValues,
  part,
  readOptions,
  seconds,
  text,
  unchecked,
  value,
} from '../foundation/options.js'
import type { CookieMode } from '../gate/cookies/cookie-mode.js'
import { isSymmetric, readAlgorithms, type Algorithm } from '../key/algorithms.js'
import { Key } from '../key/key.js'
import type { GuardedFetch } from '../key-sources/remote/guarded-fetch.js'
import type { SiteSessionStore } from './ports.js'
import type { RelyingPartyRoute } from './routes.js'
import type { SiteLogin } from './site-login.js'
import type { SiteRequest } from './site-request.js'

/** How a client proves to the token endpoint who it is (OpenID Connect Core section 9). */
export type TokenEndpointAuthMethod =
  'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none'

/** What ends sessions in a site's own store of revocations: what `createRevocation` makes. */
export interface LogoutTarget {
  revoke(
    request: { readonly sid: string } | { readonly subject: string; readonly before: number },
  ): unknown
}

/** What a route has done, for logs and metrics. Holds no token and no claim. */
export interface RelyingPartyEvent {
  readonly route: RelyingPartyRoute
  readonly status: number
  /** The exact code of a refusal. */
  readonly code?: ErrorCode
  /** The claim or parameter that failed. */
  readonly claim?: string
  /** With LOGIN_TOKEN and LOGOUT_TOKEN the code of the check that failed; with LOGIN_REFUSED the provider's `error`. */
  readonly detail?: string
  /** What lies behind a 5xx, unredacted. */
  readonly fault?: unknown
}

/** What `onTokens` may add to the answer of a login. */
export interface HandedOver {
  /** `Set-Cookie` values, such as that of the site's own session. */
  readonly setCookie?: readonly string[]
}

/** Options of `createRelyingParty`. Names are those of OpenID Connect's metadata in camelCase. */
export interface RelyingPartyOptions {
  /** The provider's identifier, exactly as its metadata and tokens have it, with or without a slash at its end. */
  readonly issuer: string
  /** As the provider has registered this site. */
  readonly clientId: string
  /** Of a confidential client. Also protects the cookies, unless `cookieSecret` does. */
  readonly clientSecret?: string
  /** For `private_key_jwt` instead of a secret: what `privateKey` makes. */
  readonly privateKey?: Key
  /** Default: `private_key_jwt` with a key, `client_secret_basic` with a secret, else `none`. */
  readonly tokenEndpointAuthMethod?: TokenEndpointAuthMethod
  /** Where the provider sends the browser back to. Its path is that of the callback; the other routes are beside it. */
  readonly redirectUri: string
  /** Where the provider sends the browser after a logout. Default: the provider's own page. */
  readonly postLogoutRedirectUri?: string
  /** Scopes with spaces between them. Default `openid`. */
  readonly scope?: string
  /** The APIs that the access token is for (RFC 8707). Default: the provider decides. */
  readonly resource?: string | readonly string[]
  /** Further parameters of every authorization request, such as Auth0's `audience`. */
  readonly authorizationParameters?: Readonly<Record<string, string>>
  /** Algorithms of ID and logout tokens. Default RS256, ES256, PS256 and EdDSA; HMAC and `none` never. */
  readonly idTokenAlgorithms?: readonly Algorithm[]
  /**
   * Keeps the tokens in cookies: what `createCookieMode` makes, with `sameSite: 'Lax'`. Default: one for the origin of
   * `redirectUri`. Excludes `store` and `onTokens`.
   */
  readonly cookies?: CookieMode
  /** Keeps sessions in a store of the site, of which the browser has an id. Excludes `cookies` and `onTokens`. */
  readonly store?: SiteSessionStore
  /** How long a session in `store` lasts, and in cookies what a logout needs. Default `7d`. */
  readonly sessionTtl?: Duration
  /** Hands the tokens of a login over to the site, which keeps them itself. Excludes `cookies` and `store`. */
  readonly onTokens?: (
    login: SiteLogin,
    request: SiteRequest,
  ) => HandedOver | undefined | Promise<HandedOver | undefined>
  /**
   * Protects the cookies of a login on its way: at least 32 characters, the same in every process. Default: the
   * `clientSecret`; without one, or with a shorter one, it is required.
   */
  readonly cookieSecret?: string
  /** Where a logout revokes: what `createRevocation` makes over the site's own store. */
  readonly revocation?: LogoutTarget
  /** `optional` also takes logout tokens whose `typ` is `JWT` or absent, as older providers make them. Default `required`. */
  readonly logoutTokenTyp?: 'required' | 'optional'
  /** Another origin for what this server asks the provider: token endpoint and keys. Plain http only inside the network. */
  readonly serverAddress?: string
  /** Which addresses the provider may have. Default `public`; for an issuer on loopback `loopback`. */
  readonly reach?: 'public' | 'private' | 'loopback'
  /** Seconds by which clocks may differ. Default 60, at most 300. */
  readonly clockTolerance?: Duration
  /** Milliseconds for one request to the provider. Default 5000. */
  readonly timeoutMs?: number
  /**
   * For a proxy or a CA; the platform's `fetch` fits. It must itself enforce `reach`. Default: one that does; on Cloudflare
   * Workers the platform's.
   */
  readonly fetch?: GuardedFetch
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** Called for every answer of a route. Default: none. */
  readonly onEvent?: (event: RelyingPartyEvent) => unknown
}

const usualAlgorithms: readonly Algorithm[] = ['RS256', 'ES256', 'PS256', 'EdDSA']
/** Characters. */
const leastSecret = 32
const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const

/** Undefined must not mean another way of keeping tokens by a slip. */
function optionalPart<T extends object>(
  kind: string,
  members: readonly string[],
): Option<T | undefined> {
  return { ...part<T>(kind, members), required: false, guarding: true }
}

/** Options of `createRelyingParty`. */
export const relyingPartyTable = {
  issuer: value('URL', readIssuer),
  clientId: text(),
  clientSecret: guarding(text({ optional: true })),
  privateKey: guarding(value('private key', readKey, { optional: true })),
  tokenEndpointAuthMethod: oneOf<TokenEndpointAuthMethod, { optional: true }>(methods, {
    optional: true,
  }),
  redirectUri: value('URL', readPage),
  postLogoutRedirectUri: value('URL', readPage, { optional: true }),
  scope: value('scopes', readScope, { default: 'openid' }),
  resource: value('text or array of texts', readResource, { default: [] }),
  authorizationParameters: value('object of texts', readParameters, { default: {} }),
  idTokenAlgorithms: value('array of algorithms', readPublic, { default: usualAlgorithms }),
  cookies: optionalPart<CookieMode>('what createCookieMode makes', [
    'check',
    'refreshToken',
    'set',
  ]),
  store: optionalPart<SiteSessionStore>('a store', ['get', 'set', 'delete']),
  sessionTtl: seconds({ default: '7d', least: 60 }),
  onTokens: guarding(optionalFunc<NonNullable<RelyingPartyOptions['onTokens']>>()),
  cookieSecret: guarding(value('text', readSecret, { optional: true })),
  revocation: optionalPart<LogoutTarget>('what createRevocation makes', ['revoke']),
  logoutTokenTyp: oneOf<'required' | 'optional'>(['required', 'optional'], { default: 'required' }),
  serverAddress: value('origin', readOrigin, { optional: true }),
  reach: oneOf<'public' | 'private' | 'loopback', { optional: true }>(
    ['public', 'private', 'loopback'],
    { optional: true },
  ),
  clockTolerance: seconds({ default: 60, most: 300 }),
  timeoutMs: milliseconds({ default: 5000, most: 30_000 }),
  fetch: unchecked<GuardedFetch>('function'),
  now: clock(),
  onEvent: optionalFunc<NonNullable<RelyingPartyOptions['onEvent']>>(),
} satisfies OptionTable<keyof RelyingPartyOptions>

/** The table's values, checked together. */
export interface RelyingPartyValues extends Omit<
  OptionValues<typeof relyingPartyTable>,
  'tokenEndpointAuthMethod' | 'cookieSecret'
> {
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod
  readonly cookieSecret: string
  /** The origin of this site. */
  readonly origin: string
}

const factory = 'createRelyingParty'

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example readRelyingPartyOptions(options).scope // 'openid'
 */
export function readRelyingPartyOptions(options: RelyingPartyOptions): RelyingPartyValues {
  const values = readOptions(factory, relyingPartyTable, options)
  const kept = [values.cookies, values.store, values.onTokens].filter((each) => each !== undefined)
  if (kept.length > 1)
    throw new ConfigError(
      factory,
      'takes one of cookies, store and onTokens: where tokens are kept',
    )
  const cookieSecret = cookieSecretOf(values)
  const { origin } = new URL(values.redirectUri)
  if (
    values.postLogoutRedirectUri !== undefined &&
    new URL(values.postLogoutRedirectUri).origin !== origin
  )
    throw new ConfigError(`${factory}.postLogoutRedirectUri`, 'must have the origin of redirectUri')
  return { ...values, tokenEndpointAuthMethod: methodOf(values), cookieSecret, origin }
}

/** Who logs in has a cookie that is sealed with it, and can try secrets on that. */
function cookieSecretOf({ clientSecret, cookieSecret }: OptionValues<typeof relyingPartyTable>) {
  const secret = cookieSecret ?? clientSecret ?? ''
  if (secret.length >= leastSecret) return secret
  const problem = `is required without a clientSecret of at least ${String(leastSecret)} characters`
  throw new ConfigError(`${factory}.cookieSecret`, problem)
}

function methodOf(values: OptionValues<typeof relyingPartyTable>): TokenEndpointAuthMethod {
  const { clientSecret, privateKey } = values
  const option = `${factory}.tokenEndpointAuthMethod`
  const usual = clientSecret === undefined ? 'none' : 'client_secret_basic'
  const method =
    values.tokenEndpointAuthMethod ?? (privateKey === undefined ? usual : 'private_key_jwt')
  if (method === 'private_key_jwt' && privateKey === undefined)
    throw new ConfigError(option, 'needs the option privateKey')
  if (method.startsWith('client_secret') && clientSecret === undefined)
    throw new ConfigError(option, 'needs the option clientSecret')
  return method
}

/** Whether a host is this machine, by its name. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

function urlOf(given: unknown, option: string): URL {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined) throw new ConfigError(option, 'must be an absolute URL')
  const isHttp = url.protocol === 'http:' && isLoopbackHost(url.hostname)
  if (url.protocol !== 'https:' && !isHttp)
    throw new ConfigError(option, 'must be https; plain http is for loopback only')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new ConfigError(option, 'must have no user name, password or fragment')
  return url
}

function readIssuer(given: unknown, option: string): string {
  const url = urlOf(given, option)
  if (/[{}]|%7b/i.test(String(given)))
    throw new ConfigError(option, 'is a template; name the one tenant whose users may log in')
  if (url.search !== '') throw new ConfigError(option, 'must have no query')
  return String(given)
}

function readPage(given: unknown, option: string): string {
  urlOf(given, option)
  return String(given)
}

function readOrigin(given: unknown, option: string): string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.origin === given) return given
  throw new ConfigError(option, 'must be an origin, such as "http://accounts:8888"')
}

function readKey(given: unknown, option: string): Key {
  if (given instanceof Key && given.kind === 'private') return given
  throw new ConfigError(option, 'must be what privateKey makes')
}

function readScope(given: unknown, option: string): string {
  const scopes = typeof given === 'string' ? given.split(' ') : []
  if (scopes.includes('openid') && scopes.every(isScopeToken)) return scopes.join(' ')
  throw new ConfigError(option, 'must be scopes with one space between them, openid among them')
}

function readResource(given: unknown, option: string): readonly string[] {
  const all: unknown[] = [given].flat()
  const isUrl = (each: unknown): each is string =>
    typeof each === 'string' && URL.canParse(each) && !each.includes('#')
  if (all.every(isUrl)) return Object.freeze(all)
  throw new ConfigError(option, 'must be absolute URLs without a fragment (RFC 8707 section 2)')
}

/** What a login sets itself. */
const own =
  /^(?:response_type|response_mode|client_id|redirect_uri|scope|state|nonce|code_challenge|code_challenge_method|resource|request|request_uri)$/

function readParameters(given: unknown, option: string): Readonly<Record<string, string>> {
  const entries: [string, unknown][] =
    typeof given === 'object' && given !== null ? Object.entries(given) : [['', given]]
  for (const [name, each] of entries)
    if (typeof each !== 'string' || name === '' || own.test(name))
      throw new ConfigError(
        option,
        'must be texts by the names of parameters that a login does not set',
      )
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<string, string>> // all are texts
}

/** A secret that the provider shares with this client is none: it could make ID tokens itself. */
function readPublic(given: unknown, option: string): readonly Algorithm[] {
  const algorithms = [...readAlgorithms(given, option)]
  if (algorithms.some(isSymmetric))
    throw new ConfigError(option, 'names HMAC, which is never taken')
  return Object.freeze(algorithms)
}

function readSecret(given: unknown, option: string): string {
  if (typeof given === 'string' && given.length >= leastSecret) return given
  throw new ConfigError(option, 'must be text of at least 32 characters')
}
