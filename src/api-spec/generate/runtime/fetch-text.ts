/** `fetch.ts` of a generated project. */
export const fetchText = String.raw`// The routes for servers that speak Request and Response. Generated: changes are lost.
import { type Claims } from 'jotgate'
import { createGates, gateOf, type GateOptions, type Gates } from './auth.js'
import { type Config } from './config.js'
import { routes } from './routes.js'
import { answerTo, events, HttpError, type Route } from './server.js'
import { type Services } from './services.js'

export interface Setup {
  readonly config: Config
  readonly services: Services
  /** Revocation, guards and hooks for every gate. */
  readonly gates?: GateOptions
}

/** Longest body of a route without maxBytes: one mebibyte, as in go-zero. */
const defaultMaxBytes = 1_048_576

/** A function from Request to Response, routes with @jwt behind the gate of their name. */
export function createHandler({ config, services, gates: options }: Setup): (request: Request) => Promise<Response> {
  const gates = createGates(config, options)
  const find = createRouter()
  return async (request) => {
    const url = new URL(request.url)
    const found = find(request.method, url.pathname)
    if (found === undefined) return Response.json({ error: 'not_found' }, { status: 404 })
    const exchange: Exchange = { ...found, request, url, services, added: new Headers() }
    try {
      return await admit(exchange, gates)
    } catch (error) {
      const known = answerTo(error)
      return Response.json(known?.body ?? { error: 'internal' }, { status: known?.status ?? 500, headers: exchange.added })
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
  readonly added: Headers
}

async function admit(exchange: Exchange, gates: Gates): Promise<Response> {
  const { route, request, url, added } = exchange
  if (route.guard === null) return answer(exchange, undefined)
  const gate = gateOf(gates, route.guard)
  const header = (name: string) => [request.headers.get(name)].filter((value) => value !== null)
  const setHeader = (name: string, value: string) => {
    added.set(name, value)
  }
  const call = { kind: 'http', method: request.method, pattern: route.path, path: url.pathname, query: url.search.slice(1), header, setHeader } as const
  let context
  try {
    context = await gate.check(call)
  } catch (error) {
    const { status, headers, body } = gate.respond(error)
    return new Response(body, { status, headers })
  }
  return gate.enter(context, () => answer(exchange, context?.claims))
}

async function answer(exchange: Exchange, claims: Claims | undefined): Promise<Response> {
  const { route, params, request, url, services, added } = exchange
  const header = (name: string) => [request.headers.get(name)].filter((value) => value !== null)
  const result = await route.run({
    call: { method: route.method, path: route.path, services, header: (name) => header(name)[0] },
    parts: {
      json: await readJson(request, route.maxBytes ?? defaultMaxBytes),
      form: (name) => url.searchParams.getAll(name),
      path: (name) => [params[name]].filter((value) => value !== undefined),
      header,
    },
    claims,
  })
  if (route.sse) {
    added.set('content-type', 'text/event-stream')
    return new Response(streamOf(events(result)), { headers: added })
  }
  return result === undefined ? new Response(null, { headers: added }) : Response.json(result, { headers: added })
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
    if (length > limit) throw new HttpError(413, { error: 'too_large' })
    text += decoder.decode(part.value, { stream: true })
  }
  if (length === 0) return undefined
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json(;|$)/i.test(type)) throw new HttpError(415, { error: 'unsupported_media_type' })
  try {
    return JSON.parse(text + decoder.decode())
  } catch {
    throw new HttpError(400, { error: 'invalid_request' }) // the parser's message quotes the body
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
