import { type AuthContext } from '../../gate/context.js'
import { type Gate } from '../../gate/gate.js'
import { type FetchHandler } from './fetch-handler.js'
import { streamInContext, webCall, webRefusal } from './web-call.js'

export { errorHandler } from './fetch-errors.js'
export { type FetchHandler } from './fetch-handler.js'
export { relyingPartyRoutes } from './fetch-relying-party.js'
export { sessionRoutes, type SessionRoutesOptions } from './fetch-routes.js'

/**
 * A gate around a Fetch handler, `(request) => Response`: the handler runs only for calls that the gate admits.
 *
 * `select` sees the path of `request.url`. `gate.current()` returns the context, also in a body that is still being
 * produced. Errors of the handler pass through.
 *
 * @example export default { fetch: auth(gate)(() => Response.json(gate.current().claims.sub)) }
 */
export function auth<C>(
  gate: Gate<C>,
): <A extends readonly unknown[], R extends Request = Request>(
  handler: FetchHandler<A, R>,
) => FetchHandler<A, R> {
  return (handler) =>
    async (request, ...rest) => {
      const headers = new Headers()
      let context: AuthContext<C> | undefined
      try {
        context = await gate.check(webCall(request, { headers }))
      } catch (error) {
        return webRefusal(gate, { error, request })
      }
      return gate.enter(context, async () => finish(await handler(request, ...rest), headers))
    }
}

/** Rebuilds only the parts that must change: a stream, and headers that the handler did not set. */
function finish(response: Response, added: Headers): Response {
  const missing = [...added].filter(([name]) => !response.headers.has(name))
  const body = response.body === null ? null : streamInContext(response.body)
  if (body === response.body && missing.length === 0) return response
  const changed = new Response(body, response)
  for (const [name, value] of missing) changed.headers.set(name, value)
  return changed
}
