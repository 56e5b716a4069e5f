import { isIP } from 'node:net'
import { isWithin, type Reach } from './reach.js'

/**
 * The problem with a URL of a JWK set; undefined when there is none. `https` always, `http` on loopback only: an
 * attacker who can change the answer in transit decides which tokens are valid.
 *
 * @example checkUrl(new URL('http://a.example/jwks'), 'public') // 'must be https'
 */
export function checkUrl(url: URL, reach: Reach): string | undefined {
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  if (url.hash !== '') return 'must not have a fragment'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isLoopbackName = host === 'localhost' || host.endsWith('.localhost')
  if (isIP(host) !== 0 && !isWithin(reach, host)) return `is an address that is not ${reach}`
  if (reach === 'loopback') {
    if (isIP(host) === 0 && !isLoopbackName) return 'must be on this machine'
    return isHttp(url) ? undefined : 'must be http or https'
  }
  return url.protocol === 'https:' ? undefined : "must be https; plain http needs reach: 'loopback'"
}

function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:'
}
