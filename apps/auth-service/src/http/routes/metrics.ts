import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SecretSource } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import type { Service } from '../service.js'

/**
 * `GET /metrics` for Prometheus, with the configured token and never without: a request that a proxy on this machine
 * passes on looks like one from this machine.
 */
export function metricsRoute(app: FastifyInstance, { configuration, metrics }: Service): void {
  app.get('/metrics', async (request, reply) => {
    const { metricsToken } = configuration
    if (metricsToken === undefined) throw new RequestFault('METRICS_OFF')
    if (!hasToken(request, metricsToken))
      throw new RequestFault('METRICS_REFUSED', undefined, challenge)
    const { text, type } = await metrics.render()
    return reply.headers({ 'content-type': type, 'cache-control': 'no-store' }).send(text)
  })
}

const challenge = { 'www-authenticate': 'Bearer realm="metrics"' }

function hasToken({ headers }: FastifyRequest, wanted: SecretSource): boolean {
  const [, given = ''] = /^Bearer ([^ ]+)$/i.exec(headers.authorization ?? '') ?? []
  const digest = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()
  return timingSafeEqual(digest(given), digest(wanted.read()))
}
