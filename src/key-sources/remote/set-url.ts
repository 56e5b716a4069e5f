import { isIP } from 'node:net'
import { isWithin, type AddressReach, type Reach } from './reach.js'

/** Which URLs may be asked. */
export interface Places {
  readonly reach: Reach
  /** Hosts with their ports that may be asked over plain http, in the internal network only: `keycloak:8080`. */
  readonly insecureHttp: readonly string[]
}

/**
 * The problem with a URL that this program is to ask; undefined when there is none. `https` always, `http` on loopback
 * and for the hosts that are named: of a JWK set, an attacker who can change the answer in transit decides which tokens
 * are valid.
 *
 * @example checkUrl(new URL('http://a.example/jwks'), { reach: 'public', insecureHttp: [] }) // 'must be https …'
 */
export function checkUrl(url: URL, places: Places): string | undefined {
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  if (url.hash !== '') return 'must not have a fragment'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const reach = reachOf(url, places)
  const isLoopbackName = host === 'localhost' || host.endsWith('.localhost')
  if (isIP(host) !== 0 && !isWithin(reach, host)) return `is an address that is not ${reach}`
  if (reach === 'internal') return undefined
  if (reach === 'loopback') {
    if (isIP(host) === 0 && !isLoopbackName) return 'must be on this machine'
    return isHttp(url) ? undefined : 'must be http or https'
  }
  return url.protocol === 'https:'
    ? undefined
    : "must be https; plain http needs reach: 'loopback', or insecureHttp with this host and port"
}

/** The addresses that a URL may lead to: those of the internal network for a host that is named for plain http. */
export function reachOf(url: URL, { reach, insecureHttp }: Places): AddressReach {
  return url.protocol === 'http:' && insecureHttp.includes(placeOf(url)) ? 'internal' : reach
}

/**
 * A host and port as `insecureHttp` names it; undefined for anything else, such as a URL or a host without a port.
 *
 * @example readPlace('Keycloak:8080') // 'keycloak:8080'
 */
export function readPlace(given: unknown): string | undefined {
  // A pattern such as *:80 would name no host, and look as if it named all.
  if (typeof given !== 'string' || !/^(?:[\w.-]+|\[[\da-f:.]+\]):\d+$/i.test(given))
    return undefined
  if (!URL.canParse(`http://${given}/`)) return undefined
  const place = placeOf(new URL(`http://${given}/`))
  return place === given.toLowerCase() ? place : undefined
}

/** URL leaves the usual port out. */
function placeOf({ hostname, port }: URL): string {
  return `${hostname}:${port === '' ? '80' : port}`
}

function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:'
}
