import { parseUrl } from './origins.js'
import { type Outgoing } from './outgoing.js'

/** The limit of browsers and Node (Fetch standard, HTTP-redirect fetch). */
const mostRedirects = 20
const statuses = [301, 302, 303, 307, 308]
const ofTheBody = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
]
const ofTheOrigin = ['authorization', 'proxy-authorization', 'cookie', 'host']

/**
 * The next call after a redirect, or undefined when the answer is final.
 *
 * 301 and 302 turn a POST into a GET, 303 everything except GET and HEAD; 307 and 308 repeat the same call. Another
 * origin gets none of the caller's credentials.
 *
 * @throws TypeError for too many redirects, a redirect to a URL that is not http, and one that needs a stream again
 * @example const next = nextHop(outgoing, response, 1)
 */
export function nextHop(
  outgoing: Outgoing,
  response: Response,
  count: number,
): Outgoing | undefined {
  const location = response.headers.get('location')
  if (!statuses.includes(response.status) || location === null) return undefined
  const url = parseUrl(location, outgoing.url.href)
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError('the server redirects to a URL that is not http')
  if (count > mostRedirects) throw new TypeError('the server redirects too often')
  if (url.hash === '') url.hash = outgoing.url.hash
  const headers = new Headers(outgoing.headers)
  if (url.origin !== outgoing.url.origin) for (const name of ofTheOrigin) headers.delete(name)
  const call = { ...outgoing, url, headers }
  if (becomesGet(response.status, outgoing.method)) {
    for (const name of ofTheBody) headers.delete(name)
    return { ...call, method: 'GET', body: { kind: 'value', value: null } }
  }
  if (outgoing.body.kind === 'once')
    throw new TypeError(
      'the server redirects a call whose body is a stream and cannot be sent again',
    )
  return call
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}
