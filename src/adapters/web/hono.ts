import { type Context, type MiddlewareHandler } from 'hono'
import { type AuthContext } from '../../gate/context.js'
import { type Gate } from '../../gate/gate.js'
import { webCall, webRefusal } from './web-call.js'

export { errorHandler } from './hono-errors.js'
export { relyingPartyRoutes } from './hono-relying-party.js'
export { sessionRoutes, type SessionRoutesOptions } from './hono-routes.js'

/**
 * The gate's addition to Hono's variables.
 *
 * @example const app = new Hono<{ Variables: AuthVariables<MyClaims> }>()
 */
export interface AuthVariables<C> {
  /** The caller; undefined if the gate admitted the call without a token. */
  auth: AuthContext<C> | undefined
}

/**
 * A gate as Hono middleware, for an application, a path or one route. It guards what is registered after it, unknown
 * paths included.
 *
 * `select` sees the router's pattern if only one route can answer, else the path. `c.var.auth` is the context;
 * `gate.current()` returns the same for calls that must have a token. Hono's own streaming helpers run in the context;
 * a custom `ReadableStream` is read outside it, so take what you need from the context first.
 *
 * @example
 * const app = new Hono().use(auth(gate))
 * app.get('/me', (c) => c.text(gate.current().claims.sub))
 */
export function auth<C>(gate: Gate<C>): MiddlewareHandler<{ Variables: AuthVariables<C> }> {
  return async (c, next) => {
    const headers = new Headers()
    let context: AuthContext<C> | undefined
    try {
      context = await gate.check(webCall(c.req.raw, { pattern: patternOf(c), headers }))
    } catch (error) {
      return webRefusal(gate, { error, request: c.req.raw })
    }
    c.set('auth', context)
    await gate.enter(context, next)
    for (const [name, value] of headers) if (!c.res.headers.has(name)) c.header(name, value)
    return undefined
  }
}

/** The getter without the mark that it is deprecated. */
interface Matched {
  readonly matchedRoutes: readonly { readonly path: string }[]
}

/**
 * The pattern of the routes after the gate. Hono runs every route that matches, in the order of registration, until one
 * answers; the answering one is known only if all of them have the same pattern. Routes for every path, such as
 * middleware, do not count.
 */
function patternOf({ req }: Context): string | undefined {
  const { matchedRoutes } = req as Matched // deprecated since 4.8, and the one form that every Hono 4 has
  const paths = matchedRoutes
    .slice(req.routeIndex + 1)
    .map(({ path }) => path)
    .filter((path) => path !== '*' && path !== '/*')
  return paths.every((path) => path === paths[0]) ? paths[0] : undefined
}
