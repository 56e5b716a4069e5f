import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { registerRoutes, takeOnlyJson } from 'jotgate/api-spec/fastify'
import { auth } from 'jotgate/fastify'
import { answerErrors, answerFault } from './answers.js'
import { auditExportRoute, refuseWhileOwed } from './audit-routes.js'
import { answerClientErrors } from './client-errors.js'
import { watchOrigins } from './cors.js'
import { docsRoutes } from './docs/routes.js'
import { addressOf } from '../foundation/address-of.js'
import { RequestFault } from '../foundation/faults.js'
import { createHostCheck } from './host-check.js'
import { oauthRoutes } from '../oauth/routes.js'
import { metricsRoute } from './routes/metrics.js'
import { openRoutes } from './routes/open.js'
import type { Service } from './service.js'
import { createTrust } from './trusted-proxies.js'
import { createRoutes as createAccountRoutes } from '../api/accounts/generated/routes.js'
import { handlers as accountHandlers } from '../api/accounts/handlers.js'
import { createRoutes as createAdminRoutes } from '../api/admin/generated/routes.js'
import { handlers as adminHandlers } from '../api/admin/handlers.js'
import { createRoutes as createAuditRoutes } from '../api/audit/generated/routes.js'
import { handlers as auditHandlers } from '../api/audit/handlers.js'
import { createRoutes as createClientRoutes } from '../api/clients/generated/routes.js'
import { handlers as clientHandlers } from '../api/clients/handlers.js'
import { serveConsole } from './console/serve-console.js'
import { consoleSessionRoutes } from './console/session-routes.js'
import '../observing/refusal.js'
import { createRoutes as createUserRoutes } from '../api/user/generated/routes.js'
import { handlers as userHandlers } from '../api/user/handlers.js'
import { accountChanges, refuseChanges, userChanges } from '../api/users-elsewhere.js'

/** Largest body in bytes: the largest token and a few fields fit. */
const bodyLimit = 8192

/**
 * Milliseconds in which a connection must send a request's header, and the whole request: a caller that sends nothing, half a
 * header, or a body byte by byte holds a connection no longer. Node's default is to look every 30 s.
 */
const patience = { headers: 5_000, request: 8_000, lookEvery: 1_000 } as const

/** No browser guesses that an answer is a page. */
const nosniff = ['x-content-type-options', 'nosniff'] as const

/**
 * The HTTP server: host check, log, gate, routes, one form for every error. `service.gate` guards every route except those
 * that it leaves open.
 *
 * @example await (await createApp(service)).listen({ host, port })
 */
export async function createApp(service: Service): Promise<FastifyInstance> {
  const app = createServer(service)
  takeOnlyJson(app)
  app.decorateRequest('refusal', '')
  service.tracing.watch(app)
  watchRequests(app, service)
  answerErrors(app, service.gate)
  await app.register(auth(service.gate))
  openRoutes(app, service)
  metricsRoute(app, service)
  oauthRoutes(app, service.oauth)
  docsRoutes(app, service.configuration)
  const isElsewhere = service.configuration.users !== undefined
  registerRoutes(app, {
    routes: createUserRoutes(isElsewhere ? refuseChanges(userHandlers, userChanges) : userHandlers),
    gates: { Auth: service.gate },
    services: service.userApi,
    appGuards: true,
    appAnswers: true,
  })
  administration(app, service)
  consoleSessionRoutes(app, service)
  serveConsole(app, service.configuration)
  return app
}

/** Fastify with the limits of this service, and without routes. */
function createServer(service: Service): FastifyInstance {
  const log: FastifyBaseLogger = service.log
  return Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }), // its lines hold whole URLs
    bodyLimit,
    requestTimeout: patience.request,
    trustProxy: createTrust(service.configuration.trustedProxies),
    http: {
      maxHeaderSize: 16_384,
      headersTimeout: patience.headers,
      connectionsCheckingInterval: patience.lookEvery,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false, // requests that have arrived are answered; later connections are refused
    clientErrorHandler: answerClientErrors(service.log),
    // No hook runs for these.
    frameworkErrors: (_error, request, reply) => {
      reply.header(...nosniff)
      void answerFault(new RequestFault('REQUEST_INVALID'), request, reply)
    },
  })
}

function administration(app: FastifyInstance, service: Service): void {
  const { adminGates: gates, accountsApi, adminApi, clientsApi, auditApi } = service
  const isElsewhere = service.configuration.users !== undefined
  const ofAccounts = isElsewhere ? refuseChanges(accountHandlers, accountChanges) : accountHandlers
  refuseWhileOwed(app, service)
  const setup = { gates, appAnswers: true } as const
  registerRoutes(app, {
    ...{ ...setup, services: accountsApi },
    routes: createAccountRoutes(ofAccounts),
  })
  registerRoutes(app, {
    ...{ ...setup, services: adminApi },
    routes: createAdminRoutes(adminHandlers),
  })
  registerRoutes(app, {
    ...{ ...setup, services: clientsApi },
    routes: createClientRoutes(clientHandlers),
  })
  registerRoutes(app, {
    ...{ ...setup, services: auditApi },
    routes: createAuditRoutes(auditHandlers),
  })
  auditExportRoute(app, service)
}

/** Routes that check a password of anyone. */
const logins: ReadonlySet<string | undefined> = new Set([
  ...['/user/login', '/user/confirm'],
  ...['/console/login', '/console/confirm'],
])

/**
 * Before anything else, the checks of host and origin, and the early refusal of a login while too many wait: a crowd that is
 * read before it is refused makes other requests wait several times as long (the storm of `npm run bench -- service`).
 * After the answer, a line in the log.
 */
function watchRequests(app: FastifyInstance, service: Service): void {
  const checkHost = createHostCheck(service.configuration.hosts)
  const checkOrigin = watchOrigins(app, service)
  app.addHook('onRequest', async (request, reply) => {
    reply.header(...nosniff)
    checkHost(request)
    if (await checkOrigin(request, reply)) return reply
    if (logins.has(request.routeOptions.url)) service.admission.refuseWhenBusy(addressOf(request))
    return undefined
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, refusal, routeOptions } = request
    countRequest(request, reply, service)
    const refusedByGate = refusal === '' && reply.statusCode >= 400 // which has logged it
    if (refusedByGate) {
      done()
      return
    }
    request.log.info({
      method,
      route: routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(refusal === '' ? {} : { refusal }),
    })
    done()
  })
}

/** Traffic leaves out probes, preflights and the pages that show it; their refusals are counted. */
function countRequest(request: FastifyRequest, reply: FastifyReply, service: Service): void {
  const { traffic, metrics } = service
  if (request.refusal !== '') {
    traffic.refused(request.refusal)
    metrics.refused(request.refusal)
  }
  const { method, routeOptions } = request
  const route = routeOptions.url ?? 'none'
  metrics.answered({ method, route, status: reply.statusCode, ms: reply.elapsedTime })
  if (/^\/(healthz|readyz|metrics|docs|admin|console)(\/|$)/.test(route)) return
  if (method === 'OPTIONS') return
  traffic.answered(reply.elapsedTime, reply.statusCode < 400 ? 'accepted' : 'refused')
}
