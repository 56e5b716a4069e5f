import type { ErrorHandler } from 'hono'
import { AuthError } from '../../foundation/errors.js'
import type { Gate } from '../../gate/gate.js'
import { webRefusal } from './web-call.js'

/**
 * Answers refusals that handlers throw, such as those of `sessions` and `gate.current()`, as the gate does, and Hono's
 * `HTTPException` as Hono does. Other errors pass through to the host.
 *
 * @example app.onError(errorHandler(gate))
 */
export function errorHandler<C>(gate: Gate<C>): ErrorHandler {
  return (error, c) => {
    if (error instanceof AuthError) return webRefusal(gate, { error, request: c.req.raw })
    if ('getResponse' in error) return error.getResponse()
    throw error
  }
}
