import { AuthError } from '../../foundation/errors.js'
import { type Call } from '../call.js'

/** The parts of a call in which a browser says where the request comes from. */
export type Sent = Pick<Call, 'method' | 'header'>

/** The pages that may use the cookies. */
export interface OwnPages {
  /** As browsers write them. */
  readonly origins: ReadonlySet<string>
  /**
   * Whether a page of another of these origins may call, at a sibling host (`Sec-Fetch-Site: same-site`): only with its `Origin`,
   * because any host of the site, also one that somebody else runs, is `same-site`.
   */
  readonly siblings: boolean
}

/** Methods that change nothing (RFC 9110 section 9.2.1). All others may, and so may a call without a method. */
const safe = new Set<string | undefined>(['GET', 'HEAD', 'OPTIONS'])

/**
 * Admits only calls that a page of this service has made. A browser says so with `Sec-Fetch-Site: same-origin` (Fetch
 * Metadata), an older one with a configured `Origin` (RFC 6454 section 7); a call with neither is refused. `Host` is
 * ignored: an attacker who points a name at this service chooses its value.
 *
 * `Origin: null` beside `same-origin` is a form of a page with `Referrer-Policy: no-referrer`; alone it can come from
 * anywhere.
 *
 * @throws AuthError ORIGIN_REFUSED
 * @example requireOwnPage(call, { origins: new Set(['https://shop.example']), siblings: false })
 */
export function requireOwnPage(call: Sent, pages: OwnPages): void {
  if (!isOwnPage(readOrigin(call), pages)) throw new AuthError('ORIGIN_REFUSED')
}

/**
 * Admits calls whose cookies may speak for the user: calls of own pages and, for methods that change nothing, also
 * visits (a link, a bookmark, a typed address) and requests that no page has made. Images, scripts, frames and
 * WebSockets of foreign pages get nothing with the user's cookie, even from a sibling site that SameSite would allow.
 *
 * @throws AuthError ORIGIN_REFUSED
 * @example requireOwnVisit(call, { origins: new Set(['https://shop.example']), siblings: false })
 */
export function requireOwnVisit(call: Sent, pages: OwnPages): void {
  const from = readOrigin(call)
  if (!isOwnPage(from, pages) && !(safe.has(call.method) && isVisit(from, call)))
    throw new AuthError('ORIGIN_REFUSED')
}

/** Null when a field was sent more than once: two programs could read two different values. */
type From = { readonly site: string | undefined; readonly origin: string | undefined } | null

function readOrigin(call: Sent): From {
  const [sites, origins] = [call.header('sec-fetch-site'), call.header('origin')]
  if (sites.length > 1 || origins.length > 1) return null
  return { site: sites[0], origin: origins[0] }
}

function isOwnPage(from: From, { origins, siblings }: OwnPages): boolean {
  if (from === null) return false
  const { site, origin } = from
  if (site === undefined || (siblings && site === 'same-site'))
    return origin !== undefined && origins.has(origin)
  // Another origin with it is a foreign name that points here (DNS rebinding).
  return (
    site === 'same-origin' && (origin === undefined || origin === 'null' || origins.has(origin))
  )
}

function isVisit(from: From, call: Sent): boolean {
  // A browser sends the origin with everything except visits and embedded resources.
  if (from === null || from.origin !== undefined) return false
  if (from.site === undefined || from.site === 'none') return true
  return is(call, 'sec-fetch-mode', 'navigate') && is(call, 'sec-fetch-dest', 'document')
}

function is(call: Sent, field: string, wanted: string): boolean {
  const values = call.header(field)
  return values.length === 1 && values[0] === wanted
}
