/** `fastify.ts` of a generated project. */
export const fastifyText = String.raw`// The routes in Fastify. Generated: changes are lost.
import { Readable } from 'node:stream'
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { auth } from 'jotgate/fastify'
import { createGates, gateOf, type GateOptions, guardNames, type Gates } from './auth.js'
import { type Config } from './config.js'
import { routes } from './routes.js'
import { answerTo, events, type Incoming, type Route } from './server.js'
import { type Services } from './services.js'

export interface Setup {
  readonly config: Config
  readonly services: Services
  /** Revocation, guards and hooks for every gate. */
  readonly gates?: GateOptions
}

/** Adds every route, those with @jwt behind the gate of their name. */
export function registerRoutes(app: FastifyInstance, { config, services, gates: options }: Setup): void {
  const gates = createGates(config, options)
  for (const guard of [null, ...guardNames]) {
    const own = routes.filter((route) => route.guard === guard)
    void app.register((child, _options, done) => {
      if (guard !== null) void child.register(auth(gateOf(gates, guard)))
      for (const route of own) addRoute(child, route, { services, gates })
      done()
    })
  }
}

interface Wiring {
  readonly services: Services
  readonly gates: Gates
}

function addRoute(app: FastifyInstance, route: Route, wiring: Wiring): void {
  // Fastify ends a parameter's name at a hyphen or a dot, so parameters go by number.
  const names: string[] = []
  const url = route.path.replace(/:([\w.-]+)/g, (_, name: string) => ':p' + String(names.push(name) - 1))
  app.route({
    method: route.method,
    url,
    exposeHeadRoute: false,
    ...(route.maxBytes === null ? {} : { bodyLimit: route.maxBytes }),
    handler: (request, reply) => answer(route, { request, reply, names, wiring }),
  })
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly names: readonly string[]
  readonly wiring: Wiring
}

async function answer(route: Route, exchange: Exchange): Promise<FastifyReply> {
  const { request, reply } = exchange
  try {
    const result = await route.run(incoming(route, exchange))
    if (route.sse) return await reply.type('text/event-stream').send(Readable.from(events(result)))
    return await (result === undefined ? reply.send() : reply.type('application/json; charset=utf-8').send(JSON.stringify(result)))
  } catch (error) {
    const known = answerTo(error)
    if (known === undefined) request.log.error(error)
    return await reply.code(known?.status ?? 500).send(known?.body ?? { error: 'internal' })
  }
}

function incoming(route: Route, { request, names, wiring }: Exchange): Incoming {
  const query = new URL(request.url, 'http://localhost').searchParams
  const params = request.params as Readonly<Record<string, string>> // Fastify's own shape for the parameters of a pattern
  const values = (name: string) => {
    const value = request.headers[name.toLowerCase()]
    return value === undefined ? [] : Array.isArray(value) ? value : [value]
  }
  const { guard } = route
  return {
    call: {
      method: route.method,
      path: route.path,
      services: wiring.services,
      header: (name) => values(name)[0],
    },
    parts: {
      json: request.body,
      form: (name) => query.getAll(name),
      path: (name) => [params['p' + String(names.indexOf(name))]].filter((value) => value !== undefined),
      header: values,
    },
    claims: guard === null ? undefined : gateOf(wiring.gates, guard).current().claims,
  }
}
`
