import { readMount } from '../../session-routes/mount.js'
import type { SessionRoutesOptions as CommonOptions } from '../../session-routes/options.js'
import { createSessionRoutes } from '../../session-routes/session-routes.js'
import type { Sessions } from '../../session/sessions.js'
import type { FetchHandler } from './fetch-handler.js'
import { checkAddress } from './check-address.js'
import { webCall } from './web-call.js'
import { webAnswer, webBody } from './web-routes.js'

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions<
  C,
  A extends readonly unknown[] = readonly unknown[],
  R extends Request = Request,
> extends CommonOptions<C> {
  /** Where the routes are. Default `/auth`. */
  readonly path?: string
  /**
   * The caller's address, from the arguments of the handler: a Fetch request has none. Read a header only that your
   * own proxy sets. Callers without an address share one count of failed logins.
   */
  readonly address: (request: R, ...rest: A) => string | undefined
}

/**
 * Login, refresh, logout, the list of sessions and "who am I" before a Fetch handler, which gets all other requests.
 * Errors of `login` reject, as those of the handler do.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example
 * const address = (_: Request, info: Deno.ServeHandlerInfo) => info.remoteAddr.hostname
 * Deno.serve(sessionRoutes(sessions, { path: '/auth', gate, login, address })(auth(gate)(handler)))
 */
export function sessionRoutes<
  C,
  A extends readonly unknown[] = readonly unknown[],
  R extends Request = Request,
>(
  sessions: Sessions,
  { path, address, ...options }: SessionRoutesOptions<C, A, R>,
): (handler: FetchHandler<A, R>) => FetchHandler<A, R> {
  const routes = createSessionRoutes(sessions, options)
  const below = readMount(path)
  checkAddress(address)
  return (handler) =>
    async (request, ...rest) => {
      const call = webCall(request, { headers: new Headers() })
      const inner = below(call.path)
      const route = inner === undefined ? undefined : routes.find(request.method, inner)
      if (route === undefined) return handler(request, ...rest)
      const body = () => webBody(request)
      const facts = { call, body, address: () => address(request, ...rest) }
      return webAnswer(await routes.answer(route, facts), request)
    }
}
