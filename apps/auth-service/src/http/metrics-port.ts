import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { isLoopback } from '../configuration/loopback.js'
import type { Metrics } from '../observing/metrics.js'
import { hostName } from './host-check.js'

/** An open port of loopback. */
export interface MetricsPort {
  /** Closes the port and its connections. */
  close(): void
}

/**
 * Serves `GET /metrics` on a port of loopback, without a token: everybody who may open a connection there may read them. A
 * page whose name points to this machine (DNS rebinding) is refused by its Host field.
 *
 * @throws a system error when the port is in use
 * @example const open = await openMetricsPort(9888, service.metrics)
 */
export async function openMetricsPort(
  port: number,
  metrics: Pick<Metrics, 'render'>,
): Promise<MetricsPort> {
  const server = createServer((request, response) => {
    answer(request, response, metrics).catch(() => response.destroy())
  })
  server.listen({ host: '127.0.0.1', port })
  await once(server, 'listening')
  return {
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  metrics: Pick<Metrics, 'render'>,
): Promise<void> {
  const common = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
  const refusal = !isLoopback(hostName(headers.host) ?? '')
    ? 421
    : url !== '/metrics'
      ? 404
      : method !== 'GET'
        ? 405
        : undefined
  if (refusal !== undefined) {
    response.writeHead(refusal, common).end()
    return
  }
  const { text, type } = await metrics.render()
  response.writeHead(200, { ...common, 'content-type': type }).end(text)
}
