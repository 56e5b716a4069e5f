import { type Context, type Middleware } from 'koa'
import { type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { bodyInContext, enterCall, nodeCall, refuse } from './node-call.js'
import { streamInContext } from '../web/web-call.js'

/** What the gate adds to `ctx.state`. */
export interface AuthState<C> {
  /** Who is calling; undefined where no gate has asked for a token. */
  auth?: AuthContext<C>
}

/**
 * A gate as Koa middleware. It guards what is registered after it, unknown paths included.
 *
 * `select` sees `ctx.url`, as the middleware after it does: below a mounted application, without the mount's prefix.
 * `ctx.state.auth` is the context, `gate.current()` the same for calls that must have a token. What the middleware after
 * it throws is Koa's business.
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

/** Koa reads the body after all middleware has come back, outside the call's context. */
function keepBody(ctx: Pick<Context, 'body'>): void {
  const body: unknown = ctx.body
  if (body instanceof ReadableStream) ctx.body = streamInContext(body)
  else bodyInContext(body)
}

function answer(ctx: Context, { status, headers, body }: Refusal): void {
  // Someone in front, a time limit perhaps, has answered already.
  if (ctx.headerSent || !ctx.writable) return
  ctx.body = body
  ctx.remove('Content-Type')
  ctx.status = status
  ctx.set({ ...headers })
}
