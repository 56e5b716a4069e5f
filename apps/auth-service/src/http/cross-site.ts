import type { FastifyRequest } from 'fastify'
import { RequestFault } from '../foundation/faults.js'
import { hostName } from './host-check.js'

/** They change nothing (RFC 9110 section 9.2.1), and pages may follow links to them. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Values of `Sec-Fetch-Site` (Fetch Metadata, section 2.4) of requests that no page of another origin has made. */
const ownSites: ReadonlySet<string> = new Set(['same-origin', 'none'])

/**
 * Refuses, with 403, requests that a page of another origin makes a browser send, before anything is counted: any page
 * could use up the failures of its visitor's network. A form post needs no preflight, so CORS does not stop it. Browsers
 * say where a request comes from in `Sec-Fetch-Site`, or at least in `Origin`; other programs send neither. A page of a sibling
 * host (`same-site`) is refused too: somebody else may run that host.
 *
 * @param mayCall whether the request's origin is one whose pages may call this path
 * @throws RequestFault CROSS_SITE
 * @example refuseCrossSite(request, false)
 */
export function refuseCrossSite(request: FastifyRequest, mayCall: boolean): void {
  if (safe.has(request.method) || mayCall) return
  if (isCrossOrigin(request)) throw new RequestFault('CROSS_SITE')
}

/** Whether a page of another origin, perhaps of the same site, has made the request; where a browser does not say, by the host. */
export function isCrossOrigin({ raw }: FastifyRequest): boolean {
  const { origin = [], host = [], 'sec-fetch-site': site = [] } = raw.headersDistinct
  return site.length === 0
    ? !origin.every((each) => isSameHost(each, host[0]))
    : !site.every((each) => ownSites.has(each))
}

/** A proxy may leave the port out, or end TLS, so only the host is compared. `null` has none. */
function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).hostname === hostName(host)
}
