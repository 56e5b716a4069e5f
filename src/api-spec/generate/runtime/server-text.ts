/** `server.ts` of a generated project: what handlers see, and how a route runs, whatever carries it. */
export const serverText = String.raw`// How a route runs. Generated: changes are lost.
import { type Claims } from 'jotgate'
import { type GuardName } from './auth.js'
import { type Parts, readRequest, RequestError, type Schema } from './schema.js'
import { type Services } from './services.js'

/** What a handler and a middleware see of a call. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly services: Services
  /** Aborted when the route's time is up. */
  readonly signal: AbortSignal
  /** The first value of a header field; name in lower case. */
  header(name: string): string | undefined
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
  readonly middleware: readonly Middleware[]
  /** Null: no limit of its own. */
  readonly timeoutMs: number | null
  readonly maxBytes: number | null
  /** The handler gives many answers, sent as server-sent events. */
  readonly sse: boolean
}

/** One call as an adapter hands it over. */
export interface Incoming {
  readonly call: Omit<Call, 'signal'>
  readonly parts: Parts
  readonly claims: Claims | undefined
}

export interface Route extends RouteOptions {
  readonly guard: GuardName | null
  /** Runs middleware and handler; rejects with HttpError or RequestError for the caller's mistakes. */
  run(incoming: Incoming): Promise<unknown>
}

/** A route anyone may call. */
export function open<Req, Res>(options: RouteOptions, request: Schema<Req>, handler: Handler<Req, Res>): Route {
  return { ...options, guard: null, run: (incoming) => runRoute(options, incoming, (call) => handler({ ...call, request: readRequest(request, incoming.parts) })) }
}

/** A route for callers with a good token. */
export function guarded<Req, Res>(
  guard: GuardName,
  options: RouteOptions,
  { request, handler }: { readonly request: Schema<Req>; readonly handler: GuardedHandler<Req, Res> },
): Route {
  const run = (incoming: Incoming) => {
    const { claims, parts } = incoming
    // No gate has let this call in: a route that was wired up past its guard stays shut.
    if (claims === undefined) return Promise.reject(new HttpError(401, { error: 'token_missing' }))
    return runRoute(options, incoming, (call) => handler({ ...call, claims, request: readRequest(request, parts) }))
  }
  return { ...options, guard, run }
}

function runRoute(options: RouteOptions, { call, claims }: Incoming, handler: (call: Call) => unknown): Promise<unknown> {
  return withTimeout(options.sse ? null : options.timeoutMs, (signal) => {
    const whole = { ...call, signal }
    const seen = claims === undefined ? whole : { ...whole, claims }
    const chain = options.middleware.reduceRight<() => Promise<unknown>>(
      (next, middleware) => async () => middleware(seen, next),
      async () => handler(whole),
    )
    return chain()
  })
}

async function withTimeout(ms: number | null, work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const controller = new AbortController()
  if (ms === null) return work(controller.signal)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new HttpError(503, { error: 'timeout' }))
      controller.abort()
    }, ms)
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

/** The answer to what a route rejected with; undefined for what is nobody's mistake but ours. */
export function answerTo(error: unknown): { readonly status: number; readonly body: unknown } | undefined {
  if (error instanceof RequestError) return { status: 400, body: { error: 'invalid_request', problems: error.problems } }
  if (error instanceof HttpError) return { status: error.status, body: error.body }
  return undefined
}

/** Server-sent events: one JSON text an event. */
export async function* events(answers: unknown): AsyncGenerator<string> {
  for await (const answer of answers as AsyncIterable<unknown>) yield 'data: ' + JSON.stringify(answer) + '\n\n'
}
`
