import type { Middleware } from 'koa'
import { AuthError } from '../../foundation/errors.js'
import type { Gate } from '../../gate/gate.js'
import type { Refusal } from '../../gate/respond.js'
import { answer } from './koa-answer.js'
import { refuse } from './node-call.js'

/**
 * Answers refusals that later middleware throws, such as those of `sessions` and `gate.current()`, as the gate does.
 * Other errors are Koa's. Use it first.
 *
 * @example app.use(errorHandler(gate))
 */
export function errorHandler<C>(gate: Gate<C>): Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const send = (refusal: Refusal) => {
        answer(ctx, refusal)
      }
      refuse({ gate, error, response: ctx.res, send })
    }
  }
}
