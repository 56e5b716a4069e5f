/** `fetch.ts` of a generated project. */
export const fetchText = String.raw`// The routes for servers that speak Request and Response. Generated: changes are lost.
import { type Claims } from 'jotgate'
import { type Services } from '../services.js'
import { gateOf, type Gates } from './guards.js'
import { routes } from './routes.js'
import { answerTo, events, HttpError, problemOf, type Route } from './server.js'

export interface Setup {
  /** The gate of each guard: createGates(config) of auth.ts, or your own. */
  readonly gates: Gates
  readonly services: Services
  /** The address of the caller, which a Request does not hold: from the runtime, or from a proxy you trust. Default: ''. */
  readonly addressOf?: (request: Request) => string
}

/** Longest body of a route without maxBytes: one mebibyte, as in go-zero. */
const defaultMaxBytes = 1_048_576

/** A function from Request to Response, routes with @jwt behind the gate of their name. */
export function createHandler({ gates, services, addressOf = () => '' }: Setup): (request: Request) => Promise<Response> {
  const find = createRouter()
  return async (request) => {
    const added = new Headers({ 'cache-control': 'no-store' })
    try {
      const url = new URL(request.url)
      const found = find(request.method, url.pathname)
      if (found === undefined) throw new HttpError(404, problemOf(404, 'not_found'))
      return await admit({ ...found, request, url, services, address: addressOf(request), added }, gates)
    } catch (error) {
      const { status, headers, body } = answerTo(error, gates)
      for (const [name, value] of Object.entries(headers)) added.set(name, value)
      return new Response(body, { status, headers: added })
    }
  }
}

interface Found {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

interface Exchange extends Found {
  readonly request: Request
  readonly url: URL
  readonly services: Services
  readonly address: string
  /** Header fields of the answer. */
  readonly added: Headers
}

async function admit(exchange: Exchange, gates: Gates): Promise<Response> {
  const { route, request, url, added } = exchange
  if (route.guard === null) return answer(exchange, undefined)
  const gate = gateOf(gates, route.guard)
  const setHeader = (name: string, value: string) => {
    added.set(name, value)
  }
  const call = { kind: 'http', method: request.method, pattern: route.path, path: url.pathname, query: url.search.slice(1), header: headersOf(request), setHeader } as const
  const context = await gate.check(call)
  return gate.enter(context, () => answer(exchange, context?.claims))
}

async function answer(exchange: Exchange, claims: Claims | undefined): Promise<Response> {
  const { route, params, request, url, services, address, added } = exchange
  const headers = headersOf(request)
  const result = await route.run({
    call: {
      method: route.method,
      path: route.path,
      services,
      address,
      signal: request.signal,
      headers,
      setHeader: (name, value) => {
        added.set(name, value)
      },
    },
    parts: {
      json: await readJson(request, route.maxBytes ?? defaultMaxBytes),
      form: (name) => url.searchParams.getAll(name),
      path: (name) => [params[name]].filter((value) => value !== undefined),
      header: headers,
    },
    claims,
  })
  if (result === undefined) return new Response(null, { status: 204, headers: added })
  if (route.sse !== true) return Response.json(result, { headers: added })
  added.set('content-type', 'text/event-stream')
  return new Response(streamOf(events(result)), { headers: added })
}

/** Fields that came more than once are one text here, as the platform hands them over. */
function headersOf(request: Request): (name: string) => readonly string[] {
  return (name) => [request.headers.get(name)].filter((value) => value !== null)
}

async function readJson(request: Request, limit: number): Promise<unknown> {
  if (request.body === null) return undefined
  const reader = request.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  // A declared length may be wrong, so what arrives is counted.
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength
    if (length > limit) throw new HttpError(413, problemOf(413, 'invalid_request'))
    text += decoder.decode(part.value, { stream: true })
  }
  if (length === 0) return undefined
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json(;|$)/i.test(type)) throw new HttpError(415, problemOf(415, 'invalid_request'))
  try {
    return JSON.parse(text + decoder.decode())
  } catch {
    throw new HttpError(400, problemOf(400, 'invalid_request')) // the parser's message quotes the body
  }
}

function streamOf(source: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await source.return(undefined)
    },
  })
}

interface Node {
  readonly fixed: Map<string, Node>
  any: Node | undefined
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>
}

/** Finds a route by method and path; a fixed segment goes before a parameter. */
function createRouter(): (method: string, path: string) => Found | undefined {
  const root = newNode()
  for (const route of routes) {
    const names: string[] = []
    let node = root
    for (const segment of segmentsOf(route.path)) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1))
        node = node.any ??= newNode()
        continue
      }
      const next = node.fixed.get(segment) ?? newNode()
      node.fixed.set(segment, next)
      node = next
    }
    node.routes.set(route.method, { route, names })
  }
  return (method, path) => search(root, { method, segments: segmentsOf(path), at: 0, values: [] })
}

interface Search {
  readonly method: string
  readonly segments: readonly string[]
  readonly at: number
  readonly values: readonly string[]
}

function search(node: Node, state: Search): Found | undefined {
  const { method, segments, at, values } = state
  const segment = segments[at]
  if (segment === undefined) {
    const found = node.routes.get(method)
    return found && { route: found.route, params: Object.fromEntries(found.names.map((name, index) => [name, values[index] ?? ''])) }
  }
  const fixed = node.fixed.get(segment)
  const first = fixed && search(fixed, { ...state, at: at + 1 })
  if (first !== undefined || node.any === undefined || segment === '') return first
  const value = decode(segment)
  return value === undefined ? undefined : search(node.any, { ...state, at: at + 1, values: [...values, value] })
}

function newNode(): Node {
  return { fixed: new Map(), any: undefined, routes: new Map() }
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1)
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
`
