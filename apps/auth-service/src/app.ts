import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { auth } from 'jotgate/fastify'
import { answerErrors } from './answers.js'
import { createHostCheck } from './host-check.js'
import { openRoutes } from './routes/open.js'
import { userRoutes } from './routes/user.js'
import type { Service } from './service.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the refusal this request was answered with, for the log. */
    refusal: string
  }
}

/** Largest body in bytes: the largest token and a few fields fit. */
const bodyLimit = 8192

/**
 * The HTTP server: host check, log, guard, routes, one form for every error. Everything is guarded that
 * `service.gate` does not leave out.
 */
export async function createApp(service: Service): Promise<FastifyInstance> {
  const log: FastifyBaseLogger = service.log
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }), // its lines hold whole URLs
    bodyLimit,
    requestTimeout: 10_000,
    http: { maxHeaderSize: 16_384, headersTimeout: 5_000 },
    forceCloseConnections: 'idle',
  })
  app.removeContentTypeParser('text/plain')
  const checkHost = createHostCheck(service.configuration.hosts)
  app.decorateRequest('refusal', '')
  app.addHook('onRequest', (request, _reply, done) => {
    checkHost(request)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, refusal, routeOptions } = request
    request.log.info({
      method,
      route: routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(refusal === '' ? {} : { refusal }),
    })
    done()
  })
  answerErrors(app, service.gate)
  await app.register(auth(service.gate))
  openRoutes(app, service)
  userRoutes(app, service)
  return app
}
