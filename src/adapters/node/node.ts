import { type IncomingMessage } from 'node:http'
import { type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { type Listener } from './listener.js'
import { enterCall, nodeCall, refuse, sendRefusal } from './node-call.js'

export { type Listener } from './listener.js'
export { errorHandler } from './node-errors.js'
export { relyingPartyRoutes } from './node-relying-party.js'
export { sessionRoutes, type SessionRoutesOptions } from './node-session-routes.js'
export { upgrade, type UpgradeListener } from './node-upgrade.js'

/** A request that a gate admitted. */
export type AuthRequest<C> = IncomingMessage & {
  /** The caller; undefined if the gate admitted the call without a token. */
  readonly auth?: AuthContext<C>
}

/**
 * A gate around a node:http listener: the listener runs only for calls that the gate admits.
 *
 * `select` sees the path. `request.auth` is the context; `gate.current()` returns the same for calls that must have a
 * token. Returns the listener's promise: node handles its rejection (`captureRejections`), as without a gate.
 *
 * @example createServer(auth(gate)((request, response) => response.end(gate.current().claims.sub)))
 */
export function auth<C>(
  gate: Gate<C>,
): (listener: Listener<AuthRequest<C>>) => Listener<IncomingMessage> {
  return (listener) => async (request, response) => {
    const call = nodeCall({ request, response, target: request.url ?? '' })
    let context: AuthContext<C> | undefined
    try {
      context = await gate.check(call)
    } catch (error) {
      const send = (refusal: Refusal) => {
        sendRefusal(response, refusal)
      }
      refuse({ gate, error, response, send })
      return
    }
    const guarded: AuthRequest<C> = context ? Object.assign(request, { auth: context }) : request
    await enterCall({
      gate,
      context,
      emitters: [request, response],
      next: () => listener(guarded, response),
    })
  }
}
