import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ownOrigins } from '../configuration/origins.js'
import { RequestFault } from '../foundation/faults.js'
import { firstParty } from '../oauth/first-party.js'
import { isCrossOrigin, refuseCrossSite } from './cross-site.js'
import { createKnownOrigins, type KnownOrigins } from './known-origins.js'
import { clientOf } from './request-client.js'
import type { Service } from './service.js'

/** Which pages may read the answers of a path: any, those of configured origins, or only the service's own. */
type Readers = 'any' | 'configured' | 'own'

/** Seconds for which a browser may remember a preflight; the request itself is judged each time. */
const maxAge = '600'

/** What a page of a configured origin may send and read. No `Allow-Credentials`: its tokens are in the body and the header. */
const preflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': maxAge,
} as const
const exposed = 'retry-after, www-authenticate'

/** Public documents: what a browser asks with `If-None-Match`, and reads as `ETag`. */
const publicPreflight = {
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'if-none-match',
  'access-control-max-age': maxAge,
} as const

/** What {@link watchOrigins} does first with a request; `true` when it has answered a preflight. */
export type CheckOrigin = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>

declare module 'fastify' {
  interface FastifyRequest {
    /** The origin of the page that sent the request, if it is configured for the service or for some client. */
    knownOrigin: string | undefined
  }
}

/**
 * Answers pages of other origins (CORS, Fetch standard section 3.2), and refuses the posts of those that are not configured.
 *
 * A preflight names no client, so it is judged by the union of all origins, and so are refusals before the client is known: a
 * page reads a 401, 429 or 503, and its `Retry-After`. Once the client of a request is known, its own origins decide, before the
 * handler runs. Register it before any route; call what it returns first of all.
 *
 * @example const checkOrigin = watchOrigins(app, service)
 */
export function watchOrigins(app: FastifyInstance, service: Service): CheckOrigin {
  const { configuration, oauth } = service
  const own = new Set(ownOrigins(configuration))
  const { origins: configured } = configuration
  const known = createKnownOrigins({ configured, read: () => oauth.clients.origins() })
  app.decorateRequest('knownOrigin', undefined)
  app.addHook('preHandler', async (request, reply) => {
    if (request.knownOrigin !== undefined) await judge(service, request, reply)
  })
  return async (request, reply) => {
    const origin = originOf(request)
    const readers = readersOf(request)
    if (readers === 'configured') return answerConfigured({ known, request, reply, origin })
    refuseCrossSite(request, origin !== undefined && own.has(origin))
    if (readers === 'own') return false
    reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'etag' })
    return isPreflight(request) && answer(reply, publicPreflight)
  }
}

interface Asked {
  readonly known: KnownOrigins
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly origin: string | undefined
}

async function answerConfigured({ known, request, reply, origin }: Asked): Promise<boolean> {
  // Also without an origin: a cache must not give one page the answer to another.
  reply.header('vary', 'Origin')
  const mayCall = origin !== undefined && (await known.has(origin))
  refuseCrossSite(request, mayCall)
  if (mayCall) {
    request.knownOrigin = origin
    allow(reply, origin)
  }
  if (!isPreflight(request)) return false
  if (mayCall) return answer(reply, preflight)
  throw new RequestFault('CROSS_SITE')
}

/**
 * A page of one client cannot call in the name of another: it could not read the answer, so nothing is done either.
 *
 * @throws RequestFault CROSS_SITE
 */
async function judge(
  { configuration, oauth }: Service,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { knownOrigin: origin = '' } = request
  const id = clientOf(request)
  if (id === undefined) return
  const client = id === firstParty ? configuration : await oauth.clients.byId(id)
  if (client?.origins.includes(origin)) return
  for (const name of allowed) reply.removeHeader(name)
  if (isCrossOrigin(request)) throw new RequestFault('CROSS_SITE')
}

const allowed = ['access-control-allow-origin', 'access-control-expose-headers'] as const

function allow(reply: FastifyReply, origin: string): void {
  reply.headers({ [allowed[0]]: origin, [allowed[1]]: exposed })
}

function answer(reply: FastifyReply, headers: Readonly<Record<string, string>>): true {
  void reply.code(204).headers(headers).send()
  return true
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
}

/** Undefined for none, and for more than one: two programs could read two different values. */
function originOf({ raw }: FastifyRequest): string | undefined {
  const [origin, ...more] = raw.headersDistinct['origin'] ?? []
  return more.length === 0 ? origin : undefined
}

/** By the router's pattern; the path of a request that has no route is only looked at. */
function readersOf({ routeOptions, url }: FastifyRequest): Readers {
  const path = routeOptions.url ?? url
  if (path.startsWith('/.well-known/')) return 'any'
  return /^\/(?:user|oauth)\//.test(path) ? 'configured' : 'own'
}
