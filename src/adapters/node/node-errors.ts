import type { IncomingMessage } from 'node:http'
import { AuthError } from '../../foundation/errors.js'
import type { Gate } from '../../gate/gate.js'
import type { Refusal } from '../../gate/respond.js'
import type { Listener } from './listener.js'
import { refuse, sendRefusal } from './node-call.js'

/**
 * Answers refusals that a listener throws or rejects with, such as those of `sessions` and `gate.current()`, as the gate
 * does. Other errors pass through.
 *
 * @example createServer(errorHandler(gate)(async (request, response) => { await sessions.end(token) }))
 */
export function errorHandler<C>(
  gate: Gate<C>,
): <Q extends IncomingMessage>(listener: Listener<Q>) => Listener<Q> {
  return (listener) => async (request, response) => {
    try {
      await listener(request, response)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const send = (refusal: Refusal) => {
        sendRefusal(response, refusal)
      }
      refuse({ gate, error, response, send })
    }
  }
}
