import { ConfigError } from '../../foundation/errors.js'
import { createCookieMode } from '../../gate/cookies/cookie-mode.js'
import { type Extractor, from } from '../../gate/extract.js'

/** The configuration of guards that take their token from a cookie. */
export interface CookieConfig {
  /** Origins of the pages that may use the cookie, as browsers write them: `https://shop.example`. */
  readonly Origins: readonly string[]
  /** The domain whose hosts share the cookie, for names that begin with `__Secure-`. Default: each host has its own. */
  readonly Domain?: string
}

/** Where a guard with a cookie takes its token from: a cookie, or also the header. */
export interface TokenFrom {
  readonly bearer?: true
  readonly cookie: string
  readonly cookies: CookieConfig
}

/**
 * Finds a token in a cookie, or in the header or a cookie; a call with both is refused (TOKEN_AMBIGUOUS). A cookie counts only in
 * calls of own pages, and for GET, HEAD and OPTIONS in visits and from programs too (ORIGIN_REFUSED).
 *
 * @param header reads the header
 * @throws ConfigError when the configuration names no page, and for a cookie that other hosts could set
 * @example extractFrom({ bearer: true, cookie: '__Host-access', cookies: { Origins: ['https://shop.example'] } })
 */
export function extractFrom(
  { bearer, cookie, cookies }: TokenFrom,
  header: Extractor = from.bearer(),
): Extractor {
  const { Origins: origins, Domain: domain }: Partial<CookieConfig> = configured(cookies)
  if (origins === undefined || origins.length === 0)
    throw new ConfigError(
      'Cookies.Origins',
      'is missing in the configuration: list the origins of the pages that may use the cookie, such as "https://shop.example"',
    )
  const prefix = cookie.startsWith('__Secure-') ? '__Secure-' : '__Host-'
  const { extract } = createCookieMode({
    origins,
    ...(domain === undefined ? {} : { domain }),
    names: { access: cookie, refresh: `${prefix}refresh` },
  })
  return bearer === true ? from.one(header, extract) : extract
}

/** What a configuration has, whatever its type says. */
function configured(cookies: CookieConfig | undefined | null): Partial<CookieConfig> {
  return cookies ?? {}
}
