import { Readable } from 'node:stream'
import * as undici from 'undici'
import * as undici6 from 'undici-6'
import { auth } from '../../../src/adapters/outgoing/undici.js'
import { startSite } from '../site.js'
import { httpWire, type HttpCall, type HttpWire } from '../wire.js'

const { Agent, fetch: undiciFetch } = undici

/** undici's `request`, which follows redirects by an interceptor. */
export function undiciWire(): Promise<HttpWire> {
  return requestWire(undici)
}

/** The same of undici 6, which calls other functions of a handler. */
export function undici6Wire(): Promise<HttpWire> {
  return requestWire(undici6 as never) // what is used of both is the same, but for its types
}

function requestWire({ Agent, interceptors, request }: typeof undici): Promise<HttpWire> {
  const agent = new Agent()
  return wire(async (client, url, { method = 'GET', body, streamed = false, ...init }) => {
    const redirect = interceptors.redirect({
      maxRedirections: 5,
      throwOnMaxRedirect: true,
    } as never)
    const dispatcher = agent.compose(auth(client), redirect)
    const response = await request(url, {
      ...init,
      method: method,
      body: body !== undefined && streamed ? Readable.from([body]) : (body ?? null),
      dispatcher,
    })
    return { status: response.statusCode, body: await response.body.text() }
  })
}

const agent = new Agent()

async function wire(send: HttpCall): Promise<HttpWire> {
  return httpWire(await startSite(), send)
}

/** undici's own `fetch`, which streams every body. */
export function undiciFetchWire(): Promise<HttpWire> {
  return wire(async (client, url, { body, method = 'GET', headers = {} }) => {
    const dispatcher = agent.compose(auth(client))
    const response = await undiciFetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      dispatcher,
    })
    return { status: response.status, body: await response.text() }
  })
}
