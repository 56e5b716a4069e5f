import { AuthError } from '../../foundation/errors.js'
import { type Call } from '../call.js'

/** What a browser says of where a request comes from is in these two. */
export type Sent = Pick<Call, 'method' | 'header'>

/** Methods that change nothing (RFC 9110 section 9.2.1). Everything else, a call without a method too, may change something. */
const safe = new Set<string | undefined>(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets a call by that a page of this service has made, and no other: a browser says so with `Sec-Fetch-Site: same-origin`
 * (Fetch Metadata), an older one with an `Origin` that is configured (RFC 6454 section 7); one that says neither is refused.
 * `Host` is not asked: who makes a name point here would choose it.
 *
 * `Origin: null` beside `same-origin` is a form of a page with `Referrer-Policy: no-referrer`, and alone it is anybody.
 *
 * @throws AuthError ORIGIN_REFUSED
 * @example requireOwnPage(call, new Set(['https://shop.example']))
 */
export function requireOwnPage(call: Sent, origins: ReadonlySet<string>): void {
  if (!isOwnPage(readOrigin(call), origins)) throw new AuthError('ORIGIN_REFUSED')
}

/**
 * Lets a call by whose cookies may speak for the user: one of an own page, and of what changes nothing also a visit (a
 * link, a bookmark, an address typed in) and what no page has made. Pictures, scripts and frames in pages of others, and
 * their WebSockets, get nothing with the user's cookie, though SameSite lets a neighbour's by.
 *
 * @throws AuthError ORIGIN_REFUSED
 * @example requireOwnVisit(call, new Set(['https://shop.example']))
 */
export function requireOwnVisit(call: Sent, origins: ReadonlySet<string>): void {
  const from = readOrigin(call)
  if (!isOwnPage(from, origins) && !(safe.has(call.method) && isVisit(from, call)))
    throw new AuthError('ORIGIN_REFUSED')
}

/** Null where a field came more than once: two programs would take two of them. */
type From = { readonly site: string | undefined; readonly origin: string | undefined } | null

function readOrigin(call: Sent): From {
  const [sites, origins] = [call.header('sec-fetch-site'), call.header('origin')]
  if (sites.length > 1 || origins.length > 1) return null
  return { site: sites[0], origin: origins[0] }
}

function isOwnPage(from: From, origins: ReadonlySet<string>): boolean {
  if (from === null) return false
  const { site, origin } = from
  if (site === undefined) return origin !== undefined && origins.has(origin)
  // An origin of another name with it: somebody's own name that points here (DNS rebinding).
  return (
    site === 'same-origin' && (origin === undefined || origin === 'null' || origins.has(origin))
  )
}

function isVisit(from: From, call: Sent): boolean {
  // A browser names the origin of everything but visits and what a page embeds.
  if (from === null || from.origin !== undefined) return false
  if (from.site === undefined || from.site === 'none') return true
  return is(call, 'sec-fetch-mode', 'navigate') && is(call, 'sec-fetch-dest', 'document')
}

function is(call: Sent, field: string, wanted: string): boolean {
  const values = call.header(field)
  return values.length === 1 && values[0] === wanted
}
