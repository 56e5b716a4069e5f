import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SecretSource } from 'jotgate'
import { isLoopback } from '../../configuration/loopback.js'
import { RequestFault } from '../../foundation/faults.js'
import { hostName } from '../host-check.js'
import type { Service } from '../service.js'

/**
 * `GET /metrics` for Prometheus: with the configured token, or without one from this machine only. A request through a
 * proxy on this machine has another host name, or a header that names the original caller.
 */
export function metricsRoute(app: FastifyInstance, { configuration, metrics }: Service): void {
  app.get('/metrics', async (request, reply) => {
    const { metricsToken } = configuration
    const may = metricsToken === undefined ? isLocal(request) : hasToken(request, metricsToken)
    if (!may) throw new RequestFault('METRICS_REFUSED', undefined, challenge)
    const { text, type } = await metrics.render()
    return reply.headers({ 'content-type': type, 'cache-control': 'no-store' }).send(text)
  })
}

const challenge = { 'www-authenticate': 'Bearer realm="metrics"' }

function isLocal({ headers, socket, raw }: FastifyRequest): boolean {
  const proxied = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
    (name) => name in headers,
  )
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
  return !proxied && isLoopback(address) && isLoopback(hostName(raw.headers.host) ?? '')
}

function hasToken({ headers }: FastifyRequest, wanted: SecretSource): boolean {
  const [, given = ''] = /^Bearer ([^ ]+)$/i.exec(headers.authorization ?? '') ?? []
  const digest = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()
  return timingSafeEqual(digest(given), digest(wanted.read()))
}
