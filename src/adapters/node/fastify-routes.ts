import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { SessionRoutesOptions as CommonOptions } from '../../session-routes/options.js'
import { routePlaces, type RouteName } from '../../session-routes/routes.js'
import { createSessionRoutes, type SessionRoutes } from '../../session-routes/session-routes.js'
import type { Sessions } from '../../session/sessions.js'
import { guardsItself } from './fastify-path.js'
import { send } from './fastify-send.js'
import { nodeCall } from './node-call.js'
import { nodeBody } from './node-routes.js'

type AddressOf = (request: FastifyRequest) => string | undefined

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions<C> extends CommonOptions<C> {
  /** The caller's address. Default `request.ip`: behind a proxy set Fastify's `trustProxy`. */
  readonly address?: AddressOf
}

/**
 * Login, refresh, logout, the list of sessions and "who am I" as a Fastify plugin, below its `prefix`. The routes guard
 * themselves: a gate on the instance around leaves them out. They read their bodies themselves, with no parser of the
 * instance around.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example app.register(sessionRoutes(sessions, { gate, login }), { prefix: '/auth' })
 */
export function sessionRoutes<C>(
  sessions: Sessions,
  { address = (request) => request.ip, ...options }: SessionRoutesOptions<C>,
): FastifyPluginCallback {
  const routes = createSessionRoutes(sessions, options)
  return (app, _options, registered) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, unread) => {
      unread(null)
    })
    for (const name of Object.keys(routePlaces) as RouteName[])
      // the table's own names
      addRoute(app, name, { routes, address })
    registered()
  }
}

function addRoute(
  app: FastifyInstance,
  name: RouteName,
  { routes, address }: { readonly routes: SessionRoutes; readonly address: AddressOf },
): void {
  const { method, path: url } = routePlaces[name]
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const target = request.raw.url ?? ''
    const call = nodeCall({ request: request.raw, response: reply.raw, target })
    const { sid } = request.params as { sid?: string } // of the one path with a parameter
    const answer = await routes.answer(
      { name, ...(sid === undefined ? {} : { sid }) },
      { call, body: () => nodeBody(request.raw, undefined), address: () => address(request) },
    )
    for (const cookie of answer.setCookie) reply.header('set-cookie', cookie)
    return send(reply, answer)
  }
  app.route({ method, url, handler, config: { [guardsItself]: true } })
}
