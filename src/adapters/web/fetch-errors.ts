import { AuthError } from '../../foundation/errors.js'
import type { Gate } from '../../gate/gate.js'
import type { FetchHandler } from './fetch-handler.js'
import { webRefusal } from './web-call.js'

/**
 * Answers refusals that a handler throws or rejects with, such as those of `sessions` and `gate.current()`, as the gate
 * does. Other errors pass through.
 *
 * @example export default { fetch: errorHandler(gate)(handler) }
 */
export function errorHandler<C>(
  gate: Gate<C>,
): <A extends readonly unknown[], R extends Request = Request>(
  handler: FetchHandler<A, R>,
) => FetchHandler<A, R> {
  return (handler) =>
    async (request, ...rest) => {
      try {
        return await handler(request, ...rest)
      } catch (error) {
        if (!(error instanceof AuthError)) throw error
        return webRefusal(gate, { error, request })
      }
    }
}
