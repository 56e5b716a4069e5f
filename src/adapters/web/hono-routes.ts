import type { Context, MiddlewareHandler } from 'hono'
import type { SessionRoutesOptions as CommonOptions } from '../../session-routes/options.js'
import { createSessionRoutes } from '../../session-routes/session-routes.js'
import type { Sessions } from '../../session/sessions.js'
import { checkAddress } from './check-address.js'
import { webCall } from './web-call.js'
import { webAnswer, webBody } from './web-routes.js'

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions<C> extends CommonOptions<C> {
  /**
   * The caller's address: on Node `(c) => getConnInfo(c).remote.address`. Read a header only that your own proxy sets.
   * Callers without an address share one count of failed logins.
   */
  readonly address: (c: Context) => string | undefined
}

/**
 * Login, refresh, logout, the list of sessions and "who am I" as Hono middleware, at the path that ends in `/*`. Other
 * paths and methods go on to what follows. Use it before `auth(gate)`: the routes guard themselves.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example app.use('/auth/*', sessionRoutes(sessions, { gate, login, address: (c) => getConnInfo(c).remote.address }))
 */
export function sessionRoutes<C>(
  sessions: Sessions,
  { address, ...options }: SessionRoutesOptions<C>,
): MiddlewareHandler {
  const routes = createSessionRoutes(sessions, options)
  checkAddress(address)
  return async (c, next) => {
    const call = webCall(c.req.raw, { headers: new Headers() })
    const route = routes.find(c.req.method, below(mountOf(c), call.path))
    if (route === undefined) {
      await next()
      return undefined
    }
    const body = () => bodyOf(c)
    const answer = await routes.answer(route, { call, body, address: () => address(c) })
    return webAnswer(answer, c.req.raw)
  }
}

/** The getter without the mark that it is deprecated. */
interface Matched {
  readonly matchedRoutes: readonly { readonly path: string }[]
}

/** The pattern that this middleware was used at: `/auth/*`. */
function mountOf({ req }: Context): string {
  const { matchedRoutes } = req as Matched // deprecated since 4.8, and the one form that every Hono 4 has
  return matchedRoutes[req.routeIndex]?.path ?? '*'
}

/** The path without as many parts as the pattern has before its `*`. */
function below(pattern: string, path: string): string {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '*').length
  return `/${path
    .split('/')
    .slice(parts + 1)
    .join('/')}`
}

/**
 * The body of a request, for routes. Earlier middleware may have read it; Hono keeps what it read.
 *
 * @example await bodyOf(c)
 */
export async function bodyOf({ req }: Context) {
  return req.raw.bodyUsed ? { bytes: new Uint8Array(await req.arrayBuffer()) } : webBody(req.raw)
}
