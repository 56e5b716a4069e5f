import { isLoopbackName } from '../configuration/origins.js'
import type { ClientSignIn } from './clients.js'

/** The part of a registration that {@link matchesRedirectUri} compares with. */
export type RegisteredRedirects = Pick<ClientSignIn, 'redirectUris' | 'applicationType'>

/** Where an address is registered. */
export interface AddressRules {
  readonly applicationType: ClientSignIn['applicationType']
  /** Of this service; undefined: unknown, so plain http is for native clients alone. */
  readonly issuer: string | undefined
}

/** The most characters of a registered address. */
const longestAddress = 512

/**
 * Whether a redirect address is one that the client has registered: letter by letter (RFC 9700 section 4.1.3). Only the port
 * of a loopback address is free, and for native clients alone (RFC 8252 section 7.3); `localhost` counts as one, since
 * programs at command lines register it without a port.
 *
 * @example matchesRedirectUri({ redirectUris: ['https://shop.example/cb'], applicationType: 'web' }, 'https://shop.example/cb/') // false
 */
export function matchesRedirectUri(
  { redirectUris, applicationType }: RegisteredRedirects,
  given: string,
): boolean {
  if (redirectUris.includes(given)) return true
  if (applicationType !== 'native') return false
  const portless = withoutPort(given)
  return portless !== undefined && redirectUris.some((each) => withoutPort(each) === portless)
}

/** A loopback address without its port; undefined for any other. What follows the port is never a part of the host. */
function withoutPort(address: string): string | undefined {
  const parts = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::([1-9]\d{0,4}))?([/?].*)?$/.exec(
    address,
  )
  if (parts === null) return undefined
  const [, host = '', port = '1', rest = ''] = parts
  return Number(port) > 65_535 ? undefined : host + rest
}

/**
 * What is wrong with a redirect address that is to be registered; undefined for a good one. Schemes are on a list of the
 * allowed: `https`; for native clients also `http` on loopback and a private scheme with a dot (RFC 8252 section 7); for web
 * clients `http` on loopback only where this service itself is there.
 *
 * @example redirectFault('javascript:alert(1)', { applicationType: 'web', issuer: undefined }) // 'must be an https address, …'
 */
export function redirectFault(text: string, rules: AddressRules): string | undefined {
  const shape = shapeFault(text)
  if (shape !== undefined) return shape
  const url = new URL(text)
  if (url.protocol === 'https:') return undefined
  if (rules.applicationType === 'native') return nativeFault(url)
  return url.protocol === 'http:' && isDemoAddress(url, rules.issuer) ? undefined : onlyHttps
}

/**
 * What is wrong with an address that this service itself calls, such as that of logout tokens; undefined for a good one.
 *
 * @example serverAddressFault('https://shop.example/logged-out', configuration.issuer) // undefined
 */
export function serverAddressFault(text: string, issuer: string | undefined): string | undefined {
  return redirectFault(text, { applicationType: 'web', issuer })
}

const onlyHttps =
  'must be an https address, such as "https://shop.example/callback"; plain http is for loopback only, and for a web ' +
  "client only where the service's own issuer is http on loopback"

function shapeFault(text: string): string | undefined {
  if (text.length > longestAddress) return `must be at most ${String(longestAddress)} characters`
  if (!/^[\x21-\x7e]+$/.test(text)) return 'must be visible ASCII characters without spaces'
  if (text.includes('*')) return 'must be one exact address, without *'
  if (text.includes('#')) return 'must have no fragment (RFC 6749 section 3.1.2)'
  if (!URL.canParse(text)) return 'must be an absolute address'
  const { href, username, password } = new URL(text)
  if (username !== '' || password !== '' || /^[^/]*\/\/[^/?]*@/.test(text))
    return 'must have no user name or password'
  // Compared letter by letter later: a second way to write it could only differ by mistake.
  if (href !== text && href !== `${text}/`)
    return 'must be written as browsers do: lower case, no default port, no dots or backslashes in its path'
  return undefined
}

function nativeFault({ protocol, hostname }: URL): string | undefined {
  if (protocol === 'http:')
    return /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname)
      ? undefined
      : 'plain http is for 127.0.0.1, [::1] and localhost only (RFC 8252 section 7.3)'
  // A scheme with a dot belongs to the owner of that domain; no browser runs or opens one by itself (RFC 8252 section 7.1).
  if (/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/.test(protocol)) return undefined
  return 'must be https, http on loopback, or a private scheme with a dot, such as "com.example.app:/callback"'
}

/** A web client at plain http is for trying out on one machine. */
function isDemoAddress({ hostname }: URL, issuer: string | undefined): boolean {
  return isLoopbackName(hostname) && isLoopbackIssuer(issuer)
}

/** Whether this service itself is plain http on loopback: a demo, or a machine of development. */
function isLoopbackIssuer(issuer: string | undefined): boolean {
  if (issuer === undefined || !URL.canParse(issuer)) return false
  const { protocol, hostname } = new URL(issuer)
  return protocol === 'http:' && isLoopbackName(hostname)
}
