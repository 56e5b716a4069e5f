import { type FastifyInstance, type FastifyPluginCallback, type FastifyRequest } from 'fastify'
import { type Claims } from '../../token/token.js'
import { type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { declaredPath, guardsItself } from './fastify-path.js'
import { send } from './fastify-send.js'
import { enterCall, nodeCall, refuse } from './node-call.js'

export { errorHandler } from './fastify-errors.js'
export { relyingPartyRoutes } from './fastify-relying-party.js'
export { sessionRoutes, type SessionRoutesOptions } from './fastify-routes.js'

/**
 * The type of `request.auth.claims`; declare it once for the whole application.
 *
 * @example declare module 'jotgate/fastify' { interface AuthTypes { claims: MyClaims } }
 */
export interface AuthTypes {
  readonly anyClaims: Claims
}

type RequestClaims = AuthTypes extends { claims: infer C } ? C : Claims

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; null if no gate required a token. */
    auth: AuthContext<RequestClaims> | null
  }
}

/**
 * A gate as a Fastify plugin: it guards every route of the instance it is registered on, including unknown ones and
 * those registered before it, in `onRequest`, before the body is read. On a child instance it guards only the child.
 *
 * `select` sees the router's pattern. `request.auth` is the context; `gate.current()` returns the same with its type.
 *
 * @example
 * app.register(auth(gate))
 * app.get('/me', () => gate.current().claims.sub)
 */
export function auth<C>(gate: Gate<C>): FastifyPluginCallback {
  const plugin = (app: FastifyInstance, _options: object, registered: () => void) => {
    if (!app.hasRequestDecorator('auth')) app.decorateRequest('auth', null)
    guard(app, gate)
    registered()
  }
  // As the package fastify-plugin does: the hook belongs to the instance that registers, not to a child of it.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'jotgate',
    [Symbol.for('plugin-meta')]: { fastify: '>=4.10', name: 'jotgate' },
  })
}

function guard<C>(app: FastifyInstance, gate: Gate<C>): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (configOf(request)?.[guardsItself] === true) {
      done()
      return
    }
    const call = nodeCall({
      request: request.raw,
      response: reply.raw,
      target: request.raw.url ?? '',
      pattern: request.is404 ? undefined : patternOf(request),
    })
    gate.check(call).then(
      (context) => {
        if (context) request.auth = context as AuthContext<unknown> as AuthContext<RequestClaims> // the registered type says so
        enterCall({ gate, context, emitters: [request.raw, reply.raw], next: done })
      },
      (error: unknown) => {
        const answer = (refusal: Refusal) => {
          send(reply, refusal)
        }
        refuse({ gate, error, response: reply.raw, send: answer })
      },
    )
  })
}

function patternOf(request: FastifyRequest): string | undefined {
  return configOf(request)?.[declaredPath] ?? request.routeOptions.url
}

interface RouteConfig {
  readonly [declaredPath]?: string
  readonly [guardsItself]?: true
}

/** Fastify 4 has it at another place before 4.24. */
function configOf(request: FastifyRequest): RouteConfig | undefined {
  const { config } = request.routeOptions as { config?: RouteConfig }
  return config ?? (request as { routeConfig?: RouteConfig }).routeConfig
}
