import type {} from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the refusal this request was answered with, for the log. */
    refusal: string
  }
}
