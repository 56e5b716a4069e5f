import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import type * as OpenTelemetry from '@opentelemetry/api'
import type { Context, Span } from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SessionStore } from 'jotgate/extend'
import type { Passwords } from '../users/passwords.js'
import './refusal.js'

type Api = typeof OpenTelemetry

/** Spans of OpenTelemetry, or none. No attribute contains anything of a token, or a value that a caller has sent. */
export interface Tracing {
  /** A span for each request, which continues the caller's trace. Call it before adding any other hook. */
  watch(app: FastifyInstance): void
  /** Records why the current request was refused: a code of one of the two error tables. */
  refused(code: string): void
  /** The same, with a span for each hash: the wait for its turn, and the work. */
  passwords(passwords: Passwords): Passwords
  /** The same, with a span for each rotation. */
  sessions(sessions: SessionStore): SessionStore
}

/**
 * Creates spans if the operator has installed `@opentelemetry/api`, for the registered SDK; otherwise it does nothing
 * and returns its arguments unchanged.
 *
 * @param load for tests
 * @throws Error when the package is installed and cannot be loaded
 * @example const tracing = await openTracing()
 */
export async function openTracing(
  load: () => Promise<Api> = () => import('@opentelemetry/api'),
): Promise<Tracing> {
  const api = await load().catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  return api === undefined ? silent : createTracing(api)
}

const silent: Tracing = {
  watch: () => undefined,
  refused: () => undefined,
  passwords: (passwords) => passwords,
  sessions: (sessions) => sessions,
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}

/** The trace of a request, kept whether or not the SDK has a context manager. */
const current = new AsyncLocalStorage<Context>()

function createTracing(api: Api): Tracing {
  const inSpan = openSpans(api)
  return {
    watch: (app) => {
      watchRequests(api, app)
    },
    refused: (code) => {
      const context = current.getStore()
      if (context) api.trace.getSpan(context)?.setAttribute('jotgate.code', code)
    },
    passwords: (passwords) => ({
      ...passwords,
      hash: (...args) => inSpan('hash password', () => passwords.hash(...args)),
      check: (...args) => inSpan('check password', () => passwords.check(...args)),
    }),
    sessions: (sessions) => ({
      ...sessions,
      rotate: (request) =>
        inSpan('rotate session', async (span) => {
          const result = await sessions.rotate(request)
          span.setAttribute('jotgate.rotation', result.kind)
          return result
        }),
    }),
  }
}

type InSpan = <T>(name: string, job: (span: Span) => Promise<T>) => Promise<T>

/** Runs a job in a span below the request's. */
function openSpans(api: Api): InSpan {
  return async (name, job) => {
    const parent = current.getStore() ?? api.context.active()
    // Looked up for each span: an SDK may be registered after the service has started.
    const span = api.trace.getTracer('jotgate').startSpan(name, {}, parent)
    try {
      return await api.context.with(api.trace.setSpan(parent, span), () => job(span))
    } catch (error) {
      span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
      span.setStatus({ code: api.SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }
}

function watchRequests(api: Api, app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const context = beginRequest(api, request)
    const span = api.trace.getSpan(context)
    reply.raw.once('close', () => {
      if (span) endRequest(api, span, { request, response: reply.raw })
    })
    current.run(context, () => {
      api.context.with(context, done)
    })
  })
}

/** By the semantic conventions for HTTP servers, except for the path: it contains names of sessions and users. */
function beginRequest(api: Api, { method, headers, routeOptions }: FastifyRequest): Context {
  const active = api.context.active()
  // An instrumentation of HTTP that came first has read the headers already.
  const parent = api.trace.getSpan(active) ? active : api.propagation.extract(active, headers)
  const route = routeOptions.url
  const name = route === undefined ? method : `${method} ${route}`
  const attributes = {
    'http.request.method': method,
    ...(route === undefined ? {} : { 'http.route': route }),
  }
  const options = { kind: api.SpanKind.SERVER, attributes }
  const span = api.trace.getTracer('jotgate').startSpan(name, options, parent)
  return api.trace.setSpan(parent, span)
}

interface Answered {
  readonly request: FastifyRequest
  readonly response: ServerResponse
}

function endRequest(api: Api, span: Span, { request, response }: Answered): void {
  const { statusCode, writableFinished } = response
  if (request.refusal !== '') span.setAttribute('jotgate.code', request.refusal)
  if (writableFinished) span.setAttribute('http.response.status_code', statusCode)
  // An aborted request has no answer; a caller's mistake is not an error of the server.
  const fault = writableFinished ? (statusCode >= 500 ? String(statusCode) : '') : 'aborted'
  if (fault !== '') {
    span.setAttribute('error.type', fault)
    span.setStatus({ code: api.SpanStatusCode.ERROR })
  }
  span.end()
}
