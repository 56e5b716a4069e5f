import { type RequestHandler } from 'express'
import { type Claims } from '../../token/token.js'
import { type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { targetOf } from './express-target.js'
import { enterCall, nodeCall, refuse, sendRefusal } from './node-call.js'

export { errorHandler } from './express-errors.js'
export { relyingPartyRoutes } from './express-relying-party.js'
export { sessionRoutes, type SessionRoutesOptions } from './express-routes.js'

/**
 * The type of `req.auth.claims`; declare it once for the whole application.
 *
 * @example declare module 'jotgate/express' { interface AuthTypes { claims: MyClaims } }
 */
export interface AuthTypes {
  readonly anyClaims: Claims
}

type RequestClaims = AuthTypes extends { claims: infer C } ? C : Claims

declare module 'express-serve-static-core' {
  interface Request {
    /** The caller; undefined if no gate required a token. */
    auth?: AuthContext<RequestClaims>
  }
}

/**
 * A gate as Express middleware, for an application, a router or one route. It guards what is registered after it,
 * unknown paths included.
 *
 * `select` sees the path of the request including the path of the router it is mounted on. `req.auth` is the context;
 * `gate.current()` returns the same with its type.
 *
 * @example
 * app.use(auth(gate))
 * app.get('/me', (req, res) => { res.json({ subject: gate.current().claims.sub }) })
 */
export function auth<C>(gate: Gate<C>): RequestHandler {
  return (request, response, next) => {
    const call = nodeCall({ request, response, target: targetOf(request) })
    gate.check(call).then(
      (context) => {
        if (context) request.auth = context as AuthContext<unknown> as AuthContext<RequestClaims> // the registered type says so
        enterCall({ gate, context, emitters: [request, response], next })
      },
      (error: unknown) => {
        const send = (refusal: Refusal) => {
          sendRefusal(response, refusal)
        }
        refuse({ gate, error, response, send })
      },
    )
  }
}
