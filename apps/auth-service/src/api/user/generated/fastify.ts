// The routes in Fastify. Generated: changes are lost.
import { Readable } from 'node:stream'
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { auth } from 'jotgate/fastify'
import { type Services } from '../services.js'
import { gateOf, guardNames, type Gates } from './guards.js'
import { routes } from './routes.js'
import { answerTo, events, type Incoming, type Route } from './server.js'

export interface Setup {
  /** The gate of each guard: createGates(config) of auth.ts, or your own. */
  readonly gates: Gates
  readonly services: Services
  /** The application has registered the one gate for everything already; openPaths of guards.ts are what it leaves open. */
  readonly appGuards?: true
  /** The application's own error handler answers what goes wrong: AuthError, RequestError, HttpError. */
  readonly appAnswers?: true
}

/** Adds every route, those with @jwt behind the gate of their name. */
export function registerRoutes(app: FastifyInstance, setup: Setup): void {
  for (const guard of [null, ...guardNames]) {
    void app.register((child, _options, done) => {
      takeOnlyJson(child)
      if (guard !== null && setup.appGuards !== true) void child.register(auth(gateOf(setup.gates, guard)))
      if (setup.appAnswers !== true) answerErrors(child, setup.gates)
      for (const route of routes) if (route.guard === guard) addRoute(child, route, setup)
      done()
    })
  }
}

/** JSON and nothing else; no bytes at all are no body, whatever their type is said to be. */
function takeOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else void parse(request, String(body), done)
  })
}

function answerErrors(app: FastifyInstance, gates: Gates): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = answerTo(error, gates)
    if (status === 500) request.log.error(error)
    return reply.code(status).headers(headers).send(body)
  })
}

function addRoute(app: FastifyInstance, route: Route, setup: Setup): void {
  // Fastify ends a parameter's name at a hyphen or a dot, so parameters go by number.
  const names: string[] = []
  const url = route.path.replace(/:([\w.-]+)/g, (_, name: string) => ':p' + String(names.push(name) - 1))
  app.route({
    method: route.method,
    url,
    exposeHeadRoute: false,
    ...(route.maxBytes === undefined ? {} : { bodyLimit: route.maxBytes }),
    handler: (request, reply) => answer(route, { request, reply, names, setup }),
  })
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly names: readonly string[]
  readonly setup: Setup
}

async function answer(route: Route, exchange: Exchange): Promise<FastifyReply> {
  const reply = exchange.reply.header('cache-control', 'no-store')
  const result = await route.run(incoming(route, exchange))
  if (route.sse === true) return reply.type('text/event-stream').send(Readable.from(events(result)))
  if (result === undefined) return reply.code(204).send()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(result))
}

function incoming({ method, path, guard }: Route, { request, reply, names, setup }: Exchange): Incoming {
  const query = new URL(request.url, 'http://localhost').searchParams
  const params = request.params as Readonly<Record<string, string>> // Fastify's own shape for the parameters of a pattern
  const headers = (name: string) => request.raw.headersDistinct[name.toLowerCase()] ?? []
  const left = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort()
  })
  return {
    call: {
      method,
      path,
      services: setup.services,
      address: request.ip,
      signal: left.signal,
      headers,
      setHeader: (name, value) => {
        reply.header(name, value)
      },
    },
    parts: {
      json: request.body,
      form: (name) => query.getAll(name),
      path: (name) => [params['p' + String(names.indexOf(name))]].filter((value) => value !== undefined),
      header: headers,
    },
    claims: guard === null ? undefined : gateOf(setup.gates, guard).current().claims,
  }
}
