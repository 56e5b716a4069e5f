import { EventEmitter } from 'node:events'
import { type IncomingMessage, type ServerResponse } from 'node:http'
import { type Call } from '../../gate/call.js'
import { keepContext, type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { type Demand } from '../../gate/gate-options.js'

/** The parts of node's request and response that are used; HTTP/1 and HTTP/2 both have them. */
export interface NodeExchange {
  readonly request: Pick<IncomingMessage, 'method' | 'rawHeaders'>
  readonly response: { setHeader(name: string, value: string): unknown }
  /** The request target; differs from the sent one if a framework has cut or rewritten it. */
  readonly target: string
  readonly pattern?: string | undefined
}

/**
 * A call over node:http. Headers are read from the raw list: `req.headers` silently drops the second of two
 * `Authorization` fields.
 *
 * @example const call = nodeCall({ request, response, target: request.url ?? '' })
 */
export function nodeCall({ request, response, target, pattern }: NodeExchange): Call {
  const mark = target.indexOf('?')
  return {
    kind: 'http',
    method: request.method,
    pattern,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? undefined : target.slice(mark + 1),
    header: (name) => valuesOf(request.rawHeaders, name),
    setHeader: (name, value) => {
      response.setHeader(name, value)
    },
  }
}

/** An admitted call. */
interface Admitted<C, R> {
  readonly gate: Gate<C>
  readonly context: AuthContext<C> | undefined
  /** What the route required, if it did. */
  readonly demand?: Demand<C>
  /** The request and the response, whose event listeners need the context too. */
  readonly emitters: readonly EventEmitter[]
  readonly next: () => R
}

/**
 * Continues in the context of an admitted call; listeners on its request and response run in it as well.
 *
 * @example enterCall({ gate, context, emitters: [request, response], next })
 */
export function enterCall<C, R>({ gate, context, demand, emitters, next }: Admitted<C, R>): R {
  const run = () => {
    const keep = keepContext()
    if (keep) for (const emitter of emitters) leadBack(emitter, keep)
    return next()
  }
  return gate.enter(context, run, demand)
}

/**
 * Lets a stream that is read later, outside the call, run in the current context. Other values are left as they are.
 *
 * @example bodyInContext(ctx.body)
 */
export function bodyInContext(body: unknown): void {
  const keep = keepContext()
  if (keep === undefined || !isReadable(body)) return
  leadBack(body, keep)
  const read = body.read.bind(body)
  Object.assign(body, { read: (size?: number): unknown => keep(() => read(size)) })
}

function isReadable(body: unknown): body is EventEmitter & { read(size?: number): unknown } {
  return body instanceof EventEmitter && 'read' in body && typeof body.read === 'function'
}

function leadBack(target: EventEmitter, keep: <R>(fn: () => R) => R): void {
  const emit = target.emit.bind(target)
  Object.assign(target, {
    emit: (...event: Parameters<typeof emit>) => keep(() => emit(...event)),
  })
}

/** A refused call, and how its framework answers. */
interface Refused<C> {
  readonly gate: Pick<Gate<C>, 'respond'>
  readonly error: unknown
  readonly send: (refusal: Refusal) => void
  /** Node's own response, to close the connection when nothing can be sent. */
  readonly response: { destroy(): unknown }
}

/** Sent when an answer cannot be made or sent: the call stays refused. */
const lastResort: Refusal = Object.freeze({
  status: 503,
  headers: Object.freeze({
    'Cache-Control': 'no-store',
    'Retry-After': '1',
    'Content-Type': 'text/plain; charset=utf-8',
  }),
  body: '',
})

/**
 * Answers a refused call, and never throws: no caller would catch it, and one rejection would end the process. If the
 * answer cannot be made or sent it becomes an empty 503; if that fails too, the connection is closed.
 *
 * @example refuse({ gate, error, response, send: (refusal) => sendRefusal(response, refusal) })
 */
export function refuse<C>({ gate, error, send, response }: Refused<C>): void {
  deliver({ make: () => gate.respond(error), send, response })
}

/** An answer, and how its framework sends it. */
interface Delivery {
  readonly make: () => Refusal
  readonly send: (answer: Refusal) => void
  /** Node's own response, to close the connection when nothing can be sent. */
  readonly response: { destroy(): unknown }
}

/**
 * Makes and sends an answer, and never throws, as {@link refuse} says.
 *
 * @example deliver({ make: () => answer, send: (made) => sendRefusal(response, made), response })
 */
export function deliver({ make, send, response }: Delivery): void {
  try {
    send(make())
  } catch {
    try {
      send(lastResort)
    } catch {
      response.destroy()
    }
  }
}

/**
 * Sends an answer. Headers set before, such as CORS headers, stay.
 *
 * @example sendRefusal(response, refusal)
 */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  // Earlier code, perhaps a time limit, has already answered.
  if (response.headersSent || response.destroyed) return
  response.statusCode = refusal.status
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value)
  // A 204 has none (RFC 9110 section 8.6).
  if (refusal.status !== 204) response.setHeader('Content-Length', Buffer.byteLength(refusal.body))
  response.end(refusal.body)
}

/** The raw list alternates names and values. */
function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && isName(rawHeaders[index - 1], name))
}

function isName(field: string | undefined, name: string): boolean {
  return field?.length === name.length && field.toLowerCase() === name
}
