import type { FastifyInstance } from 'fastify'
import type { Service } from '../service.js'

/** Health, readiness and the published keys. */
export function openRoutes(app: FastifyInstance, service: Service): void {
  app.get('/healthz', () => ({ status: 'ok' }))

  app.get('/readyz', (_request, reply) => {
    const ready = service.revocation.ready()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'starting' })
  })

  app.get('/.well-known/jwks.json', (request, reply) => {
    const { body, headers } = service.published
    const known = request.headers['if-none-match'] === headers.etag
    void reply.headers(headers)
    return known ? reply.code(304).send() : reply.send(body)
  })
}
