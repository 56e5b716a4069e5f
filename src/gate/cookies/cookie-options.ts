import { parseDuration, type Duration } from '../../foundation/duration.js'
import { ConfigError } from '../../foundation/errors.js'
import { checkOptionNames } from '../../foundation/options.js'
import { type HostCookie } from './set-cookie.js'

/** How a service's own pages hold a session in cookies. */
export interface CookieModeOptions {
  /**
   * The origins of the service's own pages, as browsers write them: `https://shop.example`, no default port, no path.
   * Plain http is for loopback only.
   */
  readonly origins: readonly string[]
  /** How long the refresh token's cookie is kept: the issuer's `idleTtl`. Default `7d`, as there. */
  readonly refreshTtl?: Duration
  /**
   * `SameSite` of the access token's cookie. Default `Strict`; `Lax` where a page that the server itself makes for the
   * user is reached by links from other sites. The refresh token's is always `Strict`: only own pages present it.
   */
  readonly sameSite?: 'Strict' | 'Lax'
  /** Names of the cookies, which begin with `__Host-`. Default `__Host-access` and `__Host-refresh`. */
  readonly names?: { readonly access: string; readonly refresh: string }
}

/** Resolved options. */
export interface CookiePolicy {
  readonly origins: ReadonlySet<string>
  readonly access: HostCookie
  readonly refresh: HostCookie
  /** Seconds. */
  readonly refreshTtl: number
}

/** Browsers keep no cookie for longer (RFC 6265bis section 5.5). */
const longestDays = 400
const hostName = /^__Host-[\w.-]{1,64}$/
const loopback = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example resolveCookies({ origins: ['https://shop.example'] }).refreshTtl // 604800
 */
export function resolveCookies(options: CookieModeOptions): CookiePolicy {
  checkOptionNames('createCookieMode', options, ['origins', 'refreshTtl', 'sameSite', 'names'])
  const { sameSite = 'Strict' } = options
  if (!['Strict', 'Lax'].includes(sameSite))
    throw new ConfigError('createCookieMode.sameSite', "must be 'Strict' or 'Lax'")
  const { access, refresh } = readNames(options.names)
  return Object.freeze({
    origins: readOrigins(options.origins),
    access: Object.freeze({ name: access, sameSite }),
    refresh: Object.freeze({ name: refresh, sameSite: 'Strict' }),
    refreshTtl: readTtl(options.refreshTtl ?? '7d'),
  })
}

function readNames(given: unknown): { access: string; refresh: string } {
  if (given === undefined) return { access: '__Host-access', refresh: '__Host-refresh' }
  const place = 'createCookieMode.names'
  if (typeof given !== 'object' || given === null)
    throw new ConfigError(place, 'must have the names access and refresh')
  checkOptionNames(place, given, ['access', 'refresh'])
  const { access, refresh }: { access?: unknown; refresh?: unknown } = given
  const problem = 'must be __Host- and 1 to 64 letters, digits, dots, hyphens or underscores'
  if (typeof access !== 'string' || !hostName.test(access))
    throw new ConfigError(`${place}.access`, problem)
  if (typeof refresh !== 'string' || !hostName.test(refresh))
    throw new ConfigError(`${place}.refresh`, problem)
  if (access === refresh) throw new ConfigError(place, 'must be two names')
  return { access, refresh }
}

function readOrigins(given: unknown): ReadonlySet<string> {
  const place = 'createCookieMode.origins'
  if (!Array.isArray(given) || given.length === 0)
    throw new ConfigError(place, 'must list at least one origin, such as "https://shop.example"')
  return new Set(given.map((origin: unknown, at) => readOrigin(`${place}.${String(at)}`, origin)))
}

/** Compared letter by letter with what browsers send, so it has to be written as they do. */
function readOrigin(place: string, text: unknown): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.origin !== text ||
    text.includes('*')
  )
    throw new ConfigError(
      place,
      'must be an origin as browsers write it, such as "https://shop.example": lower case, no default port, no path',
    )
  if (url.protocol === 'http:' && !loopback.test(url.hostname))
    throw new ConfigError(place, 'must be https; plain http is for loopback only')
  return url.origin
}

function readTtl(duration: Duration): number {
  const place = 'createCookieMode.refreshTtl'
  const seconds = Math.floor(parseDuration(duration, place))
  if (seconds < 1 || seconds > longestDays * 86_400)
    throw new ConfigError(place, `must be from 1 second to ${String(longestDays)} days`)
  return seconds
}
