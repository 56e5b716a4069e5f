import type { FastifyReply } from 'fastify'
import type { Refusal } from '../../gate/respond.js'

/** Sends an answer by Fastify, so that its hooks see it. */
export function send(reply: FastifyReply, { status, headers, body }: Refusal): FastifyReply {
  const started = reply.code(status).headers(headers)
  return body === '' ? started.send() : started.send(body)
}
