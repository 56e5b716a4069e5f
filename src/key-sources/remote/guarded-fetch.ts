import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Readable } from 'node:stream'
import { RemoteProblem } from './problem.js'
import { isWithin, type AddressReach } from './reach.js'
import { reachOf, type Places } from './set-url.js'

/** What is read of an answer: the global `Response` fits, undici's too. */
export interface FetchedAnswer {
  readonly status: number
  readonly redirected?: boolean
  readonly type?: string
  readonly headers: { get(name: string): string | null }
  readonly body: AsyncIterable<Uint8Array> | null
}

/** The part of `fetch` that is used: one GET, without following redirects. undici's `fetch` fits too. */
export type Fetch = (
  url: URL,
  init: {
    readonly headers: Record<string, string>
    readonly redirect: 'manual'
    readonly signal: AbortSignal
  },
) => Promise<FetchedAnswer>

/** A {@link Fetch} that can also send a body. It checks the addresses that it connects to: see {@link guardedFetch}. */
export type GuardedFetch = (
  url: URL,
  init: Parameters<Fetch>[1] & {
    /** Sent by POST; undefined: a GET without a body. */
    readonly body?: string
    /** Beside a body, for a `fetch` that does not go by it. */
    readonly method?: 'POST'
  },
) => Promise<FetchedAnswer>

/** `lookup` of node:dns, called for all addresses. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const neededHeaders = [
  'content-type',
  'content-length',
  'content-encoding',
  'cache-control',
  'age',
  'etag',
] as const

/**
 * A fetch that checks its destination: it checks the addresses a name resolves to and connects to exactly those, so a
 * name cannot lead to an internal address after the check (DNS rebinding), and plain http to no public one. It follows
 * no redirect, uses no proxy, and keeps no connection open. Without a limit of size or time: bound both.
 *
 * @throws RemoteProblem for an address out of reach; an error of the network
 * @example await guardedFetch({ reach: 'public', insecureHttp: [] })(url, { headers: {}, redirect: 'manual', signal })
 */
export function guardedFetch(places: Places, lookup: Lookup = systemLookup): GuardedFetch {
  return (url, { headers, signal, body }) =>
    new Promise((resolve, reject) => {
      const request = url.protocol === 'http:' ? requestHttp : requestHttps
      const pinned = guard(reachOf(url, places), lookup)
      const method = body === undefined ? 'GET' : 'POST'
      request(url, { method, headers, signal, agent: false, lookup: pinned }, (message) => {
        const { statusCode: status = 0 } = message
        if (isStatus(status)) {
          resolve(toResponse(message, status))
        } else {
          message.destroy()
          reject(new RemoteProblem('status', 'the server answered with no valid status'))
        }
      })
        .on('error', reject)
        .end(body)
    })
}

/**
 * The `fetch` that is used by default: on Cloudflare Workers the platform's own, since these have neither sockets that
 * could be pinned nor an internal network to protect; elsewhere {@link guardedFetch}.
 *
 * @example const fetch = usualFetch({ reach: 'public', insecureHttp: [] })
 */
export function usualFetch(places: Places): GuardedFetch {
  const isWorker = typeof navigator === 'object' && navigator.userAgent === 'Cloudflare-Workers'
  // Looked up for each call, as a platform may put its own in place later.
  return isWorker ? (url, init) => globalThis.fetch(url, init) : guardedFetch(places)
}

type SocketLookup = (
  hostname: string,
  options: LookupOptions,
  done: (
    error: NodeJS.ErrnoException | null,
    address: string | LookupAddress[],
    family?: number,
  ) => void,
) => void

function guard(reach: AddressReach, lookup: Lookup): SocketLookup {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = error ? [] : addresses // node:dns leaves them out with an error
      if (!first) {
        done(error ?? new RemoteProblem('network', 'the host has no address'), [])
        return
      }
      // One address out of reach is enough to refuse: a legitimate name has none.
      if (!addresses.every(({ address }) => isWithin(reach, address))) {
        done(new RemoteProblem('address', `the host has an address that is not ${reach}`), [])
        return
      }
      if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

/** Whether `Response` takes a status; of others it throws, which in an event's listener ends the process. */
function isStatus(status: number): boolean {
  return status >= 200 && status <= 599
}

function toResponse(message: IncomingMessage, status: number): Response {
  const headers = new Headers()
  for (const name of neededHeaders) {
    const value = message.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  if (status === 304 || status === 204 || status === 205) {
    message.resume()
    return new Response(null, { status, headers })
  }
  return new Response(Readable.toWeb(message), { status, headers })
}
