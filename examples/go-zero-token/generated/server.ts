// How a route runs. Generated: changes are lost.
import { AuthError, type Claims, type Gate } from 'jotgate'
import { createResponder, within } from 'jotgate/extend'
import { type Services } from '../services.js'
import { type GuardName } from './guards.js'
import { type Parts, readRequest, RequestError, type Schema } from './schema.js'

/** What a handler and a middleware see of a call. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly services: Services
  /** The address of the caller, as the server knows it; '' where it does not. */
  readonly address: string
  /** Aborted when the route's time is up, and when the caller has gone. */
  readonly signal: AbortSignal
  /** All values of a header field of the request. */
  readonly headers: (name: string) => readonly string[]
  /** Sets a header field of the answer. Until then it says cache-control: no-store. */
  readonly setHeader: (name: string, value: string) => void
}

export interface RequestCall<Req> extends Call {
  readonly request: Req
}

export interface GuardedCall<Req> extends RequestCall<Req> {
  /** The verified claims of the caller's token. */
  readonly claims: Claims
}

export type Handler<Req, Res> = (call: RequestCall<Req>) => Res | Promise<Res>
export type GuardedHandler<Req, Res> = (call: GuardedCall<Req>) => Res | Promise<Res>

/** Stands before a handler: does its part, then next. */
export type Middleware = (call: Call & { readonly claims?: Claims }, next: () => Promise<unknown>) => Promise<unknown>

/** Thrown by a handler to answer with a status of its own; body is sent as JSON. */
export class HttpError extends Error {
  readonly status: number
  readonly body: unknown

  constructor(status: number, body: unknown) {
    super('HTTP ' + String(status))
    this.name = 'HttpError'
    this.status = status
    this.body = body
  }
}

export interface RouteOptions {
  readonly method: string
  /** Segments that start with a colon are parameters. */
  readonly path: string
  readonly middleware?: readonly Middleware[]
  readonly timeoutMs?: number
  readonly maxBytes?: number
  /** The handler gives many answers, sent as server-sent events. */
  readonly sse?: true
  /** A body with members that the type does not name is refused. */
  readonly strict?: true
}

/** One call as an adapter hands it over. */
export interface Incoming {
  readonly call: Call
  readonly parts: Parts
  readonly claims: Claims | undefined
}

export interface Route extends RouteOptions {
  readonly guard: GuardName | null
  /** Runs middleware and handler; undefined is an answer without a body. {@link answerTo} knows what it rejects with. */
  run(incoming: Incoming): Promise<unknown>
}

/** A route anyone may call. */
export function open<Req, Res>(options: RouteOptions, request: Schema<Req>, handler: Handler<Req, Res>): Route {
  const run = (incoming: Incoming) =>
    runRoute(options, incoming, (call) => handler({ ...call, request: readRequest(request, incoming.parts, options) }))
  return { ...options, guard: null, run }
}

/** A route for callers with a good token. */
export function guarded<Req, Res>(
  options: RouteOptions & { readonly guard: GuardName },
  request: Schema<Req>,
  handler: GuardedHandler<Req, Res>,
): Route {
  const run = (incoming: Incoming) => {
    const { claims, parts } = incoming
    // No gate has let this call in: a route that was wired up past its guard stays shut.
    if (claims === undefined) return Promise.reject(new AuthError('TOKEN_MISSING'))
    return runRoute(options, incoming, (call) => handler({ ...call, claims, request: readRequest(request, parts, options) }))
  }
  return { ...options, run }
}

function runRoute(options: RouteOptions, { call, claims }: Incoming, handler: (call: Call) => unknown): Promise<unknown> {
  const limit = options.sse === true ? undefined : options.timeoutMs
  return withTimeout(limit, call.signal, (signal) => {
    const whole = { ...call, signal }
    const seen = claims === undefined ? whole : { ...whole, claims }
    const chain = (options.middleware ?? []).reduceRight<() => Promise<unknown>>(
      (next, middleware) => async () => middleware(seen, next),
      async () => await handler(whole),
    )
    return chain()
  })
}

async function withTimeout(
  ms: number | undefined,
  left: AbortSignal,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  if (ms === undefined) return work(left)
  const controller = new AbortController()
  const late = () => new HttpError(503, problemOf(503, 'timeout'))
  const signal = AbortSignal.any([left, controller.signal])
  try {
    return await within(ms, () => work(signal), { late })
  } catch (error) {
    controller.abort()
    throw error
  }
}

/** An answer to a call that went wrong. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const respond = createResponder({ render: 'problem', realm: 'api' })

/**
 * The answer to what a route rejected with: a problem document (RFC 9457), or what a handler's HttpError says. A refusal
 * looks as the gates' own do. 500 is for what is nobody's mistake but ours: log it.
 */
export function answerTo(error: unknown, gates: Readonly<Record<string, Gate<Claims>>>): ErrorAnswer {
  if (error instanceof AuthError) {
    const [gate] = Object.values(gates)
    return gate === undefined ? respond(error) : gate.respond(error)
  }
  if (error instanceof HttpError) return answer(error.status, error.body)
  if (error instanceof RequestError) return answer(400, { ...problemOf(400, 'invalid_request'), problems: error.problems })
  // What the server itself refuses, such as a body that is too long or no JSON: never its message, which may quote.
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500
    ? answer(status, problemOf(status, 'invalid_request'))
    : answer(500, problemOf(500, 'internal'))
}

/** A problem document: reason is for programs. */
export function problemOf(status: number, reason: string) {
  return { type: 'about:blank', title: reason.replaceAll('_', ' '), status, reason } as const
}

function answer(status: number, body: unknown): ErrorAnswer {
  const isProblem = typeof body === 'object' && body !== null && 'type' in body && 'title' in body
  const type = isProblem ? 'application/problem+json' : 'application/json; charset=utf-8'
  return { status, headers: { 'content-type': type, 'cache-control': 'no-store' }, body: body === undefined ? '' : JSON.stringify(body) }
}

/** Server-sent events: one JSON text an event. */
export async function* events(answers: unknown): AsyncGenerator<string> {
  for await (const each of answers as AsyncIterable<unknown>) yield 'data: ' + JSON.stringify(each) + '\n\n'
}
