import { ConfigError } from '../foundation/config-error.js'

/**
 * The origins that may receive a token, in the form of `URL.origin` (RFC 6454 section 6.2).
 *
 * @throws ConfigError when the list is empty, an entry is more than an origin, or one is plain http off loopback: a
 * bearer token needs TLS (RFC 6750 section 5.3)
 * @example readOrigins(['https://api.example'], 'jwtClient.origins').has('https://api.example') // true
 */
export function readOrigins(origins: unknown, option: string): ReadonlySet<string> {
  if (!Array.isArray(origins) || origins.length === 0)
    throw new ConfigError(option, 'must list at least one origin, such as "https://api.example"')
  return new Set(
    origins.map((origin: unknown, at) => readOrigin(origin, `${option}.${String(at)}`)),
  )
}

/**
 * A URL that tokens may be sent to: https, or http on this machine.
 *
 * @throws ConfigError
 * @example readSecureUrl('https://auth.example/user/refresh', 'fromSession.endpoint')
 */
export function readSecureUrl(text: unknown, option: string): URL {
  const url = typeof text === 'string' ? parseUrl(text) : undefined
  if (url === undefined) throw new ConfigError(option, 'must be a URL')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw new ConfigError(option, 'must be https; plain http is for loopback only')
  return url
}

/**
 * A URL; undefined for text that is none. Without `URL.canParse`, which React Native lacks.
 *
 * @example parseUrl('/user/refresh', 'https://auth.example')?.href
 */
export function parseUrl(text: string, base = pageUrl()): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/**
 * The address of the page, in browsers: the base of relative URLs.
 *
 * @example new URL('/user/refresh', pageUrl())
 */
export function pageUrl(): string | undefined {
  const { location } = globalThis as { location?: { href?: string } } // present in browsers only
  return location?.href
}

function readOrigin(text: unknown, option: string): string {
  const url = readSecureUrl(text, option)
  if (url.href !== `${url.origin}/` || !/^https?:\/\//i.test(String(text)))
    throw new ConfigError(option, 'must be just an origin, such as "https://api.example"')
  return url.origin
}

/** Names that resolve to this machine without a DNS query (RFC 6761 section 6.3), and its addresses. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  )
}
