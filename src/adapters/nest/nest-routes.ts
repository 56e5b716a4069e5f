import type { IncomingMessage, ServerResponse } from 'node:http'
import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { readMount, usualMount } from '../../session-routes/mount.js'
import type { SessionRoutesOptions as CommonOptions } from '../../session-routes/options.js'
import { createSessionRoutes } from '../../session-routes/session-routes.js'
import type { Sessions } from '../../session/sessions.js'
import { nodeCall } from '../node/node-call.js'
import { nodeBody, sendAnswer } from '../node/node-routes.js'

/** Express' request as Nest passes it on. */
type Incoming = IncomingMessage & { originalUrl?: string; body?: unknown; ip?: string }

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions<C> extends CommonOptions<C> {
  /** Where the routes are; Nest's global prefix is not put before it. Default `/auth`. */
  readonly path?: string
  /** The caller's address. Default Express' `req.ip`: behind a proxy set `trust proxy`. */
  readonly address?: (request: IncomingMessage) => string | undefined
}

/**
 * Login, refresh, logout, the list of sessions and "who am I" as a Nest module, over platform-express. Nest's guards do
 * not see these routes, which guard themselves. The body is what Nest's own parser has read.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example @Module({ imports: [JotgateModule.forRoot({ gate }), sessionRoutes(sessions, { path: '/auth', gate, login })] })
 */
export function sessionRoutes<C>(
  sessions: Sessions,
  options: SessionRoutesOptions<C>,
): DynamicModule {
  const answerRoute = listenerOf(sessions, options)
  const { path = usualMount } = options
  class SessionRoutesModule implements OnModuleInit {
    readonly #host: HttpAdapterHost

    constructor(host: HttpAdapterHost) {
      this.#host = host
    }

    onModuleInit(): void {
      this.#host.httpAdapter.use(path, answerRoute)
    }
  }
  // Does the decorators' work, for programs that are compiled without them.
  Module({})(SessionRoutesModule)
  Inject(HttpAdapterHost)(SessionRoutesModule, undefined, 0)
  return { module: SessionRoutesModule }
}

function listenerOf<C>(
  sessions: Sessions,
  {
    path,
    address = (request: Incoming) => request.ip ?? request.socket.remoteAddress,
    ...options
  }: SessionRoutesOptions<C>,
) {
  const routes = createSessionRoutes(sessions, options)
  readMount(path)
  return (request: Incoming, response: ServerResponse, next: (error?: unknown) => void) => {
    const target = request.originalUrl ?? request.url ?? ''
    // Express has cut the path off.
    const [rest = ''] = (request.url ?? '').split('?')
    const route = routes.find(request.method, rest)
    if (route === undefined) {
      next()
      return
    }
    const call = nodeCall({ request, response, target })
    const body = () => nodeBody(request, request.body)
    routes.answer(route, { call, body, address: () => address(request) }).then((answer) => {
      sendAnswer(response, answer)
    }, next)
  }
}
