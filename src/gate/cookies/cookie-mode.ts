import { AuthError } from '../../foundation/errors.js'
import { type Claims } from '../../token/token.js'
import { type Call } from '../call.js'
import { readCookieOptions, type CookieModeOptions, type CookiePolicy } from './cookie-options.js'
import { from, readCookie, type Extractor } from '../extract.js'
import { requireOwnPage, requireOwnVisit, type Sent } from './own-page.js'
import { createGate, type Gate } from '../gate.js'
import { type GateOptions } from '../gate-options.js'
import { clearCookie, setCookie } from './set-cookie.js'

/** The tokens of a login or a refresh; the answers of `createSessions` have this shape. */
export interface CookieTokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds; the lifetime of the access token's cookie. */
  readonly expiresIn: number
  readonly accessExpire: number
  readonly refreshAfter: number
}

/** An answer to a login or a refresh in cookie mode. */
export interface CookieAnswer {
  /** Two `Set-Cookie` values; send each as a separate header field. */
  readonly setCookie: readonly string[]
  /** What the page may know, and `jotgate/client` uses: times, but no token. Unix seconds, `expiresIn` in seconds. */
  readonly body: Pick<CookieTokens, 'expiresIn' | 'accessExpire' | 'refreshAfter'>
}

/** Sessions of a service's own pages, in cookies that scripts cannot read. */
export interface CookieMode {
  /**
   * Reads a call's access token, for `createGate`; undefined when the call has no such cookie.
   *
   * @throws AuthError ORIGIN_REFUSED when there is a cookie and the call comes from a foreign page; TOKEN_AMBIGUOUS
   */
  readonly extract: Extractor
  /**
   * A gate for the routes that set or clear the cookies: login, refresh, logout. It requires no token, admits requests
   * from own pages by any method, refuses all others (ORIGIN_REFUSED), and sets `Cache-Control: no-store`.
   *
   * @example app.post('/login', auth(cookies.gate()), login)
   */
  gate(options?: Pick<GateOptions<Claims>, 'onEvent' | 'render' | 'realm'>): Gate<Claims>
  /**
   * The same check as {@link gate}, for adapter authors.
   *
   * @throws AuthError ORIGIN_REFUSED
   */
  check(call: Sent): void
  /**
   * Reads the refresh token from a `Cookie` header; undefined when there is none.
   *
   * @throws AuthError TOKEN_AMBIGUOUS for more than one; behind {@link gate} this was already refused
   * @example cookies.refreshToken(request.headers.cookie)
   */
  refreshToken(cookieHeader: string | null | undefined): string | undefined
  /**
   * The answer to a successful login or refresh. Never set or clear cookies after a refused one.
   *
   * @throws TypeError when a value is not a token, or is too long for a cookie
   */
  set(tokens: CookieTokens): CookieAnswer
  /** The `Set-Cookie` values of a logout; use them for nothing else. */
  clear(): readonly string[]
}

/**
 * Cookie mode: a service's own pages hold their session in `__Host-` cookies (HttpOnly, Secure, SameSite) that only
 * they can use. Give {@link CookieMode.extract} to the gate; put {@link CookieMode.gate} before login, refresh, logout.
 *
 * Never clear the cookies when a refresh is refused: by the time the answer arrives, another tab may have stored a
 * newer session there, and a browser deletes a cookie whatever it holds. An ended session is refused anyway; its
 * cookies go with a logout or when they expire.
 *
 * Not for: pages of another site than the service's. Their calls carry a bearer token. Pages of sibling hosts share the cookies only
 * with the option `domain`, which has a price: docs/cookies.md.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example
 * const cookies = createCookieMode({ origins: ['https://shop.example'] })
 * const gate = createGate({ verify, extract: from.first(from.bearer(), cookies.extract) })
 */
export function createCookieMode(options: CookieModeOptions): CookieMode {
  const policy = readCookieOptions(options)
  const { access, refresh } = policy
  const accessToken = from.cookie(access.name)
  const check = (call: Sent) => {
    requireOwnPage(call, policy)
  }
  const extract = (call: Call) => {
    const token = accessToken(call)
    if (token !== undefined) requireOwnVisit(call, policy)
    return token
  }
  return Object.freeze({
    extract: Object.assign(extract, { place: accessToken.place }),
    gate: (more = {}) =>
      createGate<Claims>({
        ...more,
        optional: true,
        verify: unasked,
        extract: (call) => {
          check(call)
          readCookie(call.header('cookie'), refresh.name)
          call.setHeader('Cache-Control', 'no-store')
          return undefined
        },
      }),
    check,
    refreshToken: (header) => readCookie(header ? [header] : [], refresh.name),
    set: (tokens) => answer(policy, tokens),
    clear: () => Object.freeze([clearCookie(access), clearCookie(refresh)]),
  } satisfies CookieMode)
}

/** The gate of these routes never finds a token to verify. */
function unasked(): never {
  throw new AuthError('POLICY_FAULT')
}

function answer(policy: CookiePolicy, tokens: CookieTokens): CookieAnswer {
  const { accessToken, refreshToken, expiresIn, accessExpire, refreshAfter } = tokens
  if (![expiresIn, accessExpire, refreshAfter].every(Number.isFinite) || expiresIn < 1)
    throw new TypeError('set takes the result of a login or a refresh, including its times')
  const life = { value: accessToken, maxAge: Math.floor(expiresIn) }
  return Object.freeze({
    setCookie: Object.freeze([
      setCookie(policy.access, life),
      setCookie(policy.refresh, { value: refreshToken, maxAge: policy.refreshTtl }),
    ]),
    body: Object.freeze({ expiresIn, accessExpire, refreshAfter }),
  })
}
