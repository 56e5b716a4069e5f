import type { Request, RequestHandler } from 'express'
import type { SessionRoutesOptions as CommonOptions } from '../../session-routes/options.js'
import { createSessionRoutes } from '../../session-routes/session-routes.js'
import type { Sessions } from '../../session/sessions.js'
import { targetOf } from './express-target.js'
import { nodeCall } from './node-call.js'
import { nodeBody, sendAnswer } from './node-routes.js'

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions<C> extends CommonOptions<C> {
  /** The caller's address. Default `req.ip`: behind a proxy set Express' `trust proxy`. */
  readonly address?: (request: Request) => string | undefined
}

/**
 * Login, refresh, logout, the list of sessions and "who am I" as Express middleware, at the path where it is mounted.
 * Other paths and methods go on to what follows. Mount it before `auth(gate)`: the routes guard themselves. It reads the
 * body itself, or takes what `express.json()` has read.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example app.use('/auth', sessionRoutes(sessions, { gate, login }))
 */
export function sessionRoutes<C>(
  sessions: Sessions,
  { address = (request) => request.ip, ...options }: SessionRoutesOptions<C>,
): RequestHandler {
  const routes = createSessionRoutes(sessions, options)
  return (request, response, next) => {
    const [path = ''] = request.url.split('?')
    const route = routes.find(request.method, path)
    if (route === undefined) {
      next()
      return
    }
    const call = nodeCall({ request, response, target: targetOf(request) })
    const body = () => nodeBody(request, request.body)
    routes.answer(route, { call, body, address: () => address(request) }).then((answer) => {
      sendAnswer(response, answer)
    }, next)
  }
}
