import type { FastifyRequest } from 'fastify'
import { RequestFault } from '../foundation/faults.js'
import { hostName } from './host-check.js'

/** They change nothing (RFC 9110 section 9.2.1), and pages may follow links to them. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Values of `Sec-Fetch-Site` (Fetch Metadata, section 2.4) of requests that no foreign page has made. */
const ownSites: ReadonlySet<string> = new Set(['same-origin', 'same-site', 'none'])

/**
 * Refuses, with 403, requests that a page of another site makes a browser send, before anything is counted: any page
 * could use up the failures of its visitor's network. A form post needs no preflight, so CORS does not stop it. Browsers
 * say where a request comes from in `Sec-Fetch-Site`, or at least in `Origin`; other programs send neither. Configured
 * origins may send what they like.
 *
 * @example createCrossSiteCheck(['https://auth.example'])(request)
 */
export function createCrossSiteCheck(
  origins: readonly string[],
): (request: FastifyRequest) => void {
  const configured = new Set(origins)
  return ({ method, raw }) => {
    if (safe.has(method)) return
    const { origin = [], host = [], 'sec-fetch-site': site = [] } = raw.headersDistinct
    if (origin.length === 1 && origin.every((each) => configured.has(each))) return
    const isOwn =
      site.length === 0
        ? origin.every((each) => isSameHost(each, host[0]))
        : site.every((each) => ownSites.has(each))
    if (!isOwn) throw new RequestFault('CROSS_SITE')
  }
}

/** Ports and schemes do not make another site, and a proxy may leave the port out. `null` has no host. */
function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).hostname === hostName(host)
}
