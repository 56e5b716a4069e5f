import type { FastifyReply, FastifyRequest } from 'fastify'
import { AuthError } from '../../foundation/errors.js'
import type { Gate } from '../../gate/gate.js'
import type { Refusal } from '../../gate/respond.js'
import { send } from './fastify-send.js'
import { refuse } from './node-call.js'

/** An error handler of Fastify. */
export type FastifyErrorHandler = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply

/**
 * Answers refusals that handlers throw, such as those of `sessions` and `gate.current()`, as the gate does. Other errors
 * go on to the handler of the instance around, in the end to Fastify's own.
 *
 * @example app.setErrorHandler(errorHandler(gate))
 */
export function errorHandler<C>(gate: Gate<C>): FastifyErrorHandler {
  return (error, _request, reply) => {
    if (!(error instanceof AuthError)) throw error
    const answer = (refusal: Refusal) => {
      send(reply, refusal)
    }
    refuse({ gate, error, response: reply.raw, send: answer })
    return reply
  }
}
