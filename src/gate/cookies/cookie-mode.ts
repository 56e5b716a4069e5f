import { AuthError } from '../../foundation/errors.js'
import { type Claims } from '../../token/token.js'
import { readCookieOptions, type CookieModeOptions, type CookiePolicy } from './cookie-options.js'
import { from, readCookie, type Extractor } from '../extract.js'
import { requireOwnPage, requireOwnVisit, type Sent } from './own-page.js'
import { createGate, type Gate } from '../gate.js'
import { type GateOptions } from '../gate-options.js'
import { clearCookie, setCookie } from './set-cookie.js'

/** What a login or a refresh has brought; what `createSessions` answers is one. */
export interface CookieTokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds; how long the access token's cookie is kept. */
  readonly expiresIn: number
  readonly accessExpire: number
  readonly refreshAfter: number
}

/** An answer to a login or a refresh in cookie mode. */
export interface CookieAnswer {
  /** Two `Set-Cookie` values, each a header field of its own. */
  readonly setCookie: readonly string[]
  /** What the page may know, and `jotgate/client` goes by: when, and no token. Unix seconds, `expiresIn` seconds. */
  readonly body: Pick<CookieTokens, 'expiresIn' | 'accessExpire' | 'refreshAfter'>
}

/** A session of a service's own pages, in cookies no script can read. */
export interface CookieMode {
  /**
   * The access token of a call, for `createGate`; undefined when it has no such cookie.
   *
   * @throws AuthError ORIGIN_REFUSED where there is a cookie and the call comes from a page of others; TOKEN_AMBIGUOUS
   */
  readonly extract: Extractor
  /**
   * A gate for the routes that set or clear the cookies: login, refresh, logout. It asks for no token, lets by what an
   * own page has sent, by whatever method, refuses the rest (ORIGIN_REFUSED), and sets `Cache-Control: no-store`.
   *
   * @example app.post('/login', auth(cookies.gate()), login)
   */
  gate(options?: Pick<GateOptions<Claims>, 'onEvent' | 'render' | 'realm'>): Gate<Claims>
  /**
   * What the gate does, for those who write adapters.
   *
   * @throws AuthError ORIGIN_REFUSED
   */
  check(call: Sent): void
  /**
   * The refresh token in a `Cookie` header; undefined when there is none.
   *
   * @throws AuthError TOKEN_AMBIGUOUS for more than one, which the gate has refused before
   * @example cookies.refreshToken(request.headers.cookie)
   */
  refreshToken(cookieHeader: string | null | undefined): string | undefined
  /**
   * The answer to a login or a refresh that succeeded. One that was refused sets and clears nothing.
   *
   * @throws TypeError for what are no tokens, or too long for a cookie
   */
  set(tokens: CookieTokens): CookieAnswer
  /** The `Set-Cookie` values of a logout, and of nothing else. */
  clear(): readonly string[]
}

/**
 * Cookie mode: a service's own pages hold their session in `__Host-` cookies, HttpOnly, Secure and SameSite, and only
 * they can use it. {@link CookieMode.extract} goes into the gate, {@link CookieMode.gate} before login, refresh, logout.
 *
 * A refused refresh clears no cookie: by the time its answer arrives another tab may have put a newer session's there,
 * and a browser takes a cookie away whatever it holds. What is dead is refused, and a logout or its own end removes it.
 *
 * Not for: pages of another origin than the service's. Their calls carry a bearer token.
 *
 * @throws ConfigError when an option is missing, unknown or can not work
 * @example
 * const cookies = createCookieMode({ origins: ['https://shop.example'] })
 * const gate = createGate({ verify, extract: from.first(from.bearer(), cookies.extract) })
 */
export function createCookieMode(options: CookieModeOptions): CookieMode {
  const policy = readCookieOptions(options)
  const { origins, access, refresh } = policy
  const accessToken = from.cookie(access.name)
  const check = (call: Sent) => {
    requireOwnPage(call, origins)
  }
  return Object.freeze({
    extract: (call) => {
      const token = accessToken(call)
      if (token !== undefined) requireOwnVisit(call, origins)
      return token
    },
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

/** The gate of these routes finds no token to verify. */
function unasked(): never {
  throw new AuthError('POLICY_FAULT')
}

function answer(policy: CookiePolicy, tokens: CookieTokens): CookieAnswer {
  const { accessToken, refreshToken, expiresIn, accessExpire, refreshAfter } = tokens
  if (![expiresIn, accessExpire, refreshAfter].every(Number.isFinite) || expiresIn < 1)
    throw new TypeError('set takes the answer of a login or a refresh, with its times')
  const life = { value: accessToken, maxAge: Math.floor(expiresIn) }
  return Object.freeze({
    setCookie: Object.freeze([
      setCookie(policy.access, life),
      setCookie(policy.refresh, { value: refreshToken, maxAge: policy.refreshTtl }),
    ]),
    body: Object.freeze({ expiresIn, accessExpire, refreshAfter }),
  })
}
