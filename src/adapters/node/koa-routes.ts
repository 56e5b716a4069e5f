import type { Context, Middleware } from 'koa'
import { readMount } from '../../session-routes/mount.js'
import type { SessionRoutesOptions as CommonOptions } from '../../session-routes/options.js'
import { createSessionRoutes } from '../../session-routes/session-routes.js'
import type { Sessions } from '../../session/sessions.js'
import { answer } from './koa-answer.js'
import { nodeCall } from './node-call.js'
import { nodeBody } from './node-routes.js'

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions<C> extends CommonOptions<C> {
  /** Where the routes are, as `ctx.path` has it. Default `/auth`; with koa-mount `/`. */
  readonly path?: string
  /** The caller's address. Default `ctx.ip`: behind a proxy set `app.proxy`. */
  readonly address?: (ctx: Context) => string | undefined
}

/**
 * Login, refresh, logout, the list of sessions and "who am I" as Koa middleware. Other paths and methods go on to what
 * follows. Use it before `auth(gate)`: the routes guard themselves. It reads the body itself, or takes what a parser
 * such as koa-bodyparser has left in `ctx.request.body`.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example app.use(sessionRoutes(sessions, { path: '/auth', gate, login }))
 */
export function sessionRoutes<C>(
  sessions: Sessions,
  { path, address = (ctx) => ctx.ip, ...options }: SessionRoutesOptions<C>,
): Middleware {
  const routes = createSessionRoutes(sessions, options)
  const below = readMount(path)
  return async (ctx, next) => {
    const rest = below(ctx.path)
    const route = rest === undefined ? undefined : routes.find(ctx.method, rest)
    if (route === undefined) {
      await next()
      return
    }
    const { req: request, res: response } = ctx
    const call = nodeCall({ request, response, target: ctx.url })
    const { body: parsed } = ctx.request as { body?: unknown } // where parsers leave it
    const body = () => nodeBody(request, parsed)
    const made = await routes.answer(route, { call, body, address: () => address(ctx) })
    if (made.setCookie.length > 0) ctx.append('Set-Cookie', [...made.setCookie])
    answer(ctx, made)
  }
}
