import type { Duration } from '../../foundation/duration.js'
import { ConfigError } from '../../foundation/errors.js'
import { oneOf, type OptionTable, readOptions, seconds, value } from '../../foundation/options.js'
import { type OwnPages } from './own-page.js'
import { type TokenCookie } from './set-cookie.js'

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
  /**
   * Shares the cookies with every host of this domain, such as `shop.example` for `app.shop.example` and `api.shop.example`. Off by
   * default: every host below it then gets the tokens of its visitors, and can put cookies in place of these. All `origins` must
   * be at it or below it.
   */
  readonly domain?: string
  /**
   * Names of the cookies; both must begin with `__Host-`, with a `domain` with `__Secure-`. Default `__Host-access` and
   * `__Host-refresh`, or `__Secure-access` and `__Secure-refresh`.
   */
  readonly names?: { readonly access: string; readonly refresh: string }
}

/** Resolved options. */
export interface CookiePolicy extends OwnPages {
  readonly access: TokenCookie
  readonly refresh: TokenCookie
  /** Seconds. */
  readonly refreshTtl: number
}

/** Browsers keep a cookie for at most 400 days (RFC 6265bis section 5.5). */
const longestTtl = 400 * 86_400
/** Two labels or more: a single one is a whole top-level domain, or a machine of the own network. */
const domainName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
const afterPrefix = /^[\w.-]{1,64}$/
const loopback = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

const cookieName = value('name that begins with `__Host-`', (given) => given)

const namesTable = { access: cookieName, refresh: cookieName }

/** Options of `createCookieMode`. */
export const cookieModeTable = {
  origins: value('array of origins', readOrigins),
  refreshTtl: seconds({ default: '7d', least: 1, most: longestTtl }),
  sameSite: oneOf<'Strict' | 'Lax'>(['Strict', 'Lax'], { default: 'Strict' }),
  domain: value('domain name', readDomain, { optional: true }),
  names: value('two names', (given) => given, { optional: true }),
} satisfies OptionTable<keyof CookieModeOptions>

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example readCookieOptions({ origins: ['https://shop.example'] }).refreshTtl // 604800
 */
export function readCookieOptions(options: CookieModeOptions): CookiePolicy {
  const { origins, domain, sameSite, refreshTtl, ...given } = readOptions(
    'createCookieMode',
    cookieModeTable,
    options,
  )
  if (domain !== undefined) requireBelow(domain, origins)
  const names = readNames(given.names, domain === undefined ? '__Host-' : '__Secure-')
  return Object.freeze({
    origins,
    siblings: domain !== undefined,
    access: Object.freeze({ name: names.access, sameSite, domain }),
    refresh: Object.freeze({ name: names.refresh, sameSite: 'Strict', domain }),
    refreshTtl,
  })
}

interface Names {
  readonly access: string
  readonly refresh: string
}

function readNames(given: unknown, prefix: '__Host-' | '__Secure-'): Names {
  const option = 'createCookieMode.names'
  if (given === undefined) return { access: `${prefix}access`, refresh: `${prefix}refresh` }
  const found = readOptions(option, namesTable, given)
  const access = readName(found.access, { option: `${option}.access`, prefix })
  const refresh = readName(found.refresh, { option: `${option}.refresh`, prefix })
  if (access === refresh) throw new ConfigError(option, 'must be two different names')
  return { access, refresh }
}

function readName(
  given: unknown,
  { option, prefix }: { readonly option: string; readonly prefix: string },
): string {
  if (
    typeof given === 'string' &&
    given.startsWith(prefix) &&
    afterPrefix.test(given.slice(prefix.length))
  )
    return given
  throw new ConfigError(
    option,
    `must be ${prefix} followed by 1 to 64 letters, digits, dots, hyphens or underscores`,
  )
}

/**
 * Without a list of public suffixes not all of them can be known; a browser refuses a cookie for `co.uk`, so that nobody is
 * logged in.
 */
function readDomain(given: unknown, option: string): string {
  const isName = typeof given === 'string' && domainName.test(given)
  const url = isName && URL.canParse(`https://${given}`) ? new URL(`https://${given}`) : undefined
  // An address becomes another text, or is four numbers.
  if (isName && url?.hostname === given && !/\.\d+$/.test(given)) return given
  throw new ConfigError(
    option,
    'must be a domain of your own with two labels or more, such as "shop.example": lower case, no address, no dot at either end',
  )
}

/** A page elsewhere would get no such cookie, and a browser would refuse to set one. */
function requireBelow(domain: string, origins: ReadonlySet<string>): void {
  for (const origin of origins) {
    const { hostname } = new URL(origin)
    if (hostname !== domain && !hostname.endsWith(`.${domain}`))
      throw new ConfigError(
        'createCookieMode.domain',
        'must be the domain of every origin: each origin at it or at a host below it',
      )
  }
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
