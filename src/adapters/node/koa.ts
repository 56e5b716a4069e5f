import { type Context, type Middleware } from 'koa'
import { type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { answer } from './koa-answer.js'
import { bodyInContext, enterCall, nodeCall, refuse } from './node-call.js'
import { streamInContext } from '../web/web-call.js'

export { errorHandler } from './koa-errors.js'
export { relyingPartyRoutes } from './koa-relying-party.js'
export { sessionRoutes, type SessionRoutesOptions } from './koa-routes.js'

/** The gate's addition to `ctx.state`. */
export interface AuthState<C> {
  /** The caller; undefined if no gate required a token. */
  auth?: AuthContext<C>
}

/**
 * A gate as Koa middleware. It guards what is registered after it, unknown paths included.
 *
 * `select` sees `ctx.url`, as later middleware does: in a mounted application it lacks the mount's prefix.
 * `ctx.state.auth` is the context; `gate.current()` returns the same for calls that must have a token. Koa handles the
 * errors of later middleware.
 *
 * @example
 * app.use(auth(gate))
 * app.use((ctx) => { ctx.body = gate.current().claims.sub })
 */
export function auth<C>(gate: Gate<C>): Middleware<AuthState<C>> {
  return async (ctx, next) => {
    const { req: request, res: response } = ctx
    let context: AuthContext<C> | undefined
    try {
      context = await gate.check(nodeCall({ request, response, target: ctx.url }))
    } catch (error) {
      const send = (refusal: Refusal) => {
        answer(ctx, refusal)
      }
      refuse({ gate, error, response, send })
      return
    }
    if (context) ctx.state.auth = context
    const goOn = async () => {
      await next()
      keepBody(ctx)
    }
    await enterCall({ gate, context, emitters: [request, response], next: goOn })
  }
}

/** Koa reads the body after all middleware has returned, outside the call's context. */
function keepBody(ctx: Pick<Context, 'body'>): void {
  const body: unknown = ctx.body
  if (body instanceof ReadableStream) ctx.body = streamInContext(body)
  else bodyInContext(body)
}
