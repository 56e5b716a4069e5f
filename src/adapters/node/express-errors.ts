import type { ErrorRequestHandler } from 'express'
import { AuthError } from '../../foundation/errors.js'
import type { Gate } from '../../gate/gate.js'
import type { Refusal } from '../../gate/respond.js'
import { refuse, sendRefusal } from './node-call.js'

/**
 * Answers refusals that handlers throw, such as those of `sessions` and `gate.current()`, as the gate does. Other errors
 * go to the next error handler. Put it after the routes.
 *
 * @example app.use(errorHandler(gate))
 */
export function errorHandler<C>(gate: Gate<C>): ErrorRequestHandler {
  const handler = (...[error, , response, next]: Parameters<ErrorRequestHandler>) => {
    const failed: unknown = error
    if (!(failed instanceof AuthError)) {
      next(failed)
      return
    }
    const send = (refusal: Refusal) => {
      sendRefusal(response, refusal)
    }
    refuse({ gate, error: failed, response, send })
  }
  // Express knows an error handler by its four parameters.
  return Object.defineProperty(handler, 'length', { value: 4 })
}
