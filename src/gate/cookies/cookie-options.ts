import type { Duration } from '../../foundation/duration.js'
import { ConfigError } from '../../foundation/errors.js'
import { oneOf, type OptionTable, readOptions, seconds, value } from '../../foundation/options.js'
import { type HostCookie } from './set-cookie.js'

/** Options of `createCookieMode`. */
export interface CookieModeOptions {
  /**
   * The origins of the service's own pages, as browsers write them: `https://shop.example`, no default port, no path.
   * Plain http is for loopback only.
   */
  readonly origins: readonly string[]
  /** Lifetime of the refresh token's cookie: the same as the session's `idleTtl`. Default `7d`, as there. */
  readonly refreshTtl?: Duration
  /**
   * `SameSite` of the access token's cookie. Default `Strict`; use `Lax` when links from other sites lead to pages that
   * the server renders for the user. The refresh token's cookie is always `Strict`: only own pages present it.
   */
  readonly sameSite?: 'Strict' | 'Lax'
  /** Names of the cookies; both must begin with `__Host-`. Default `__Host-access` and `__Host-refresh`. */
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

/** Browsers keep a cookie for at most 400 days (RFC 6265bis section 5.5). */
const longestTtl = 400 * 86_400
const hostName = /^__Host-[\w.-]{1,64}$/
const loopback = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

const cookieName = value('name that begins with `__Host-`', readName)

const namesTable = { access: cookieName, refresh: cookieName }

/** Options of `createCookieMode`. */
export const cookieModeTable = {
  origins: value('array of origins', readOrigins),
  refreshTtl: seconds({ default: '7d', least: 1, most: longestTtl }),
  sameSite: oneOf<'Strict' | 'Lax'>(['Strict', 'Lax'], { default: 'Strict' }),
  names: value('two names', readNames, {
    default: { access: '__Host-access', refresh: '__Host-refresh' },
  }),
} satisfies OptionTable<keyof CookieModeOptions>

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example readCookieOptions({ origins: ['https://shop.example'] }).refreshTtl // 604800
 */
export function readCookieOptions(options: CookieModeOptions): CookiePolicy {
  const { origins, names, sameSite, refreshTtl } = readOptions(
    'createCookieMode',
    cookieModeTable,
    options,
  )
  return Object.freeze({
    origins,
    access: Object.freeze({ name: names.access, sameSite }),
    refresh: Object.freeze({ name: names.refresh, sameSite: 'Strict' }),
    refreshTtl,
  })
}

function readNames(given: unknown, option: string): { access: string; refresh: string } {
  const names = readOptions(option, namesTable, given)
  if (names.access === names.refresh) throw new ConfigError(option, 'must be two different names')
  return names
}

function readName(given: unknown, option: string): string {
  if (typeof given === 'string' && hostName.test(given)) return given
  throw new ConfigError(
    option,
    'must be __Host- followed by 1 to 64 letters, digits, dots, hyphens or underscores',
  )
}

function readOrigins(given: unknown, option: string): ReadonlySet<string> {
  if (!Array.isArray(given) || given.length === 0)
    throw new ConfigError(option, 'must list at least one origin, such as "https://shop.example"')
  return new Set(given.map((origin: unknown, at) => readOrigin(`${option}.${String(at)}`, origin)))
}

/** Compared character by character with what browsers send, so it must be written the same way. */
function readOrigin(option: string, text: unknown): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.origin !== text ||
    text.includes('*')
  )
    throw new ConfigError(
      option,
      'must be an origin as browsers write it, such as "https://shop.example": lower case, no default port, no path',
    )
  if (url.protocol === 'http:' && !loopback.test(url.hostname))
    throw new ConfigError(option, 'must be https; plain http is for loopback only')
  return url.origin
}
