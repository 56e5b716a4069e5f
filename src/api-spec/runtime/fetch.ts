/**
 * Generated routes for servers that speak Request and Response.
 */

import { type VerifiedToken } from '../../token/token.js'
import { answerText, answerTo, eventsOf } from './answer.js'
import { HttpError, problemOf } from './http-error.js'
import { readRequestBody, streamOf, uploadOf } from './fetch-bodies.js'
import { readPages, refuseForeignForm } from './own-form.js'
import { demandOf, type GatesOf, type Incoming, type Route } from './route.js'
import { createRouter, type Found } from './router.js'
import { type OpenForm, withUploads } from './uploads.js'

/** What {@link createHandler} needs. `S` is the type of the services, `G` are the names of the guards. */
export interface FetchSetup<S, G extends string> {
  /** `createRoutes(handlers)` of the generated `routes.ts`. */
  readonly routes: readonly Route<S, G>[]
  /** The gate of each guard: `createGates(config)` of the generated `auth.ts`, or gates of your own. */
  readonly gates: GatesOf<G>
  /** What the handlers work with. */
  readonly services: S
  /** The address of the caller, which a Request does not hold: from the host, or from a proxy you trust. Default: ''. */
  readonly addressOf?: (request: Request) => string
  /**
   * Origins whose pages may send forms, beside the service's own: other origins with a bearer token need none. Pages of other
   * sites may not where the call has a cookie.
   */
  readonly pages?: readonly string[]
}

/** Longest body of a route without maxBytes: one mebibyte, as in go-zero. */
const defaultMaxBytes = 1_048_576

/**
 * A function from Request to Response, guarded routes behind the gate of their guard.
 *
 * @example const handle = createHandler({ routes: createRoutes(handlers), gates, services })
 */
export function createHandler<S, G extends string>(
  setup: FetchSetup<S, G>,
): (request: Request) => Promise<Response> {
  const { routes, gates, services, addressOf = () => '' } = setup
  const pages = readPages(setup.pages)
  const find = createRouter(routes)
  return async (request) => {
    const added = new Headers({ 'cache-control': 'no-store' })
    try {
      const url = new URL(request.url)
      const found = find(request.method, url.pathname)
      if (found === undefined) throw new HttpError(404, problemOf(404, 'not_found'))
      const { method } = request
      refuseForeignForm(found.route, { method, header: headersOf(request) }, pages)
      const address = addressOf(request)
      return await admit({ ...found, request, url, services, address, added }, gates)
    } catch (error) {
      const { status, headers, body } = answerTo(error, gates)
      for (const [name, value] of Object.entries(headers)) added.set(name, value)
      return new Response(body, { status, headers: added })
    }
  }
}

interface Exchange<S, G extends string> extends Found<Route<S, G>> {
  readonly request: Request
  readonly url: URL
  readonly services: S
  readonly address: string
  /** Header fields of the answer. */
  readonly added: Headers
}

async function admit<S, G extends string>(
  exchange: Exchange<S, G>,
  gates: GatesOf<G>,
): Promise<Response> {
  const { route, request, url, added } = exchange
  if (route.guard === null) return answer(exchange, undefined)
  const gate = gates[route.guard]
  const call = {
    kind: 'http',
    method: request.method,
    pattern: route.path,
    path: url.pathname,
    query: url.search.slice(1),
    header: headersOf(request),
    setHeader: (name: string, value: string) => {
      // The answer says no-store, and `private` of a gate that reads a cookie would say less.
      if (name.toLowerCase() !== 'cache-control') added.set(name, value)
    },
  } as const
  const demand = demandOf(route)
  const context = await gate.check(call, demand)
  if (route.optional === true && context === undefined)
    return gate.enter(context, () => answer(exchange, undefined), demand)
  // A gate that leaves the route out is a mistake of the program: current() says so.
  return gate.enter(context, () => answer(exchange, gate.current().token), demand)
}

async function answer<S, G extends string>(
  exchange: Exchange<S, G>,
  token: VerifiedToken | undefined,
): Promise<Response> {
  const { route, added } = exchange
  const result = await run(exchange, token)
  if (result === undefined) return new Response(null, { status: 204, headers: added })
  if (route.sse === true) {
    added.set('content-type', 'text/event-stream')
    return new Response(streamOf(eventsOf(result, route)), { headers: added })
  }
  const text = answerText(result, route)
  if (!added.has('content-type')) added.set('content-type', 'application/json')
  return new Response(text, { headers: added })
}

async function run<S, G extends string>(
  exchange: Exchange<S, G>,
  token: VerifiedToken | undefined,
): Promise<unknown> {
  const { route, request, added } = exchange
  const { maxBytes: limit = defaultMaxBytes } = route
  const upload = uploadOf(request, { ...route, limit })
  if (upload === undefined) {
    const { json, form } = await readRequestBody(request, { ...route, limit })
    return route.run(incoming(exchange, token, { json, form, ...(form && { files: form.files }) }))
  }
  const onUnread = () => {
    added.set('connection', 'close')
  }
  return withUploads({ ...upload, onUnread }, (open) =>
    route.run(incoming(exchange, token, { json: undefined, ...open })),
  )
}

/** A body that has been read, or a form that is still arriving. */
interface Sent extends Pick<Incoming<unknown>, 'files' | 'uploads'> {
  readonly json: unknown
  readonly form: OpenForm['form'] | undefined
}

function incoming<S, G extends string>(
  { route, params, request, url, services, address, added }: Exchange<S, G>,
  token: VerifiedToken | undefined,
  { json, form, ...files }: Sent,
): Incoming<S> {
  const { method, path } = route
  const headers = headersOf(request)
  const setHeader = (name: string, value: string) => {
    added.set(name, value)
  }
  return {
    call: { method, path, services, address, signal: request.signal, headers, setHeader },
    parts: {
      json,
      form: (name) => [...url.searchParams.getAll(name), ...(form?.values(name) ?? [])],
      ...(form === undefined ? {} : { formNames: form.names }),
      path: (name) => [params[name]].filter((value) => value !== undefined),
      header: headers,
    },
    ...files,
    token,
  }
}

/** Fields that came more than once are one text here, as the platform hands them over. */
function headersOf(request: Request): (name: string) => readonly string[] {
  return (name) => [request.headers.get(name)].filter((value) => value !== null)
}
