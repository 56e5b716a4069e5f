import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../configuration/loopback.js'
import { RequestFault } from '../foundation/faults.js'

/**
 * Refuses requests addressed to another host name (421, RFC 9110 section 15.5.20): a foreign web page whose name points
 * to this address (DNS rebinding) gets no readable answer. Two Host fields, or a whole URL as the target, are ambiguous
 * (400, RFC 9112 section 3.2).
 */
export function createHostCheck(hosts: readonly string[]): (request: FastifyRequest) => void {
  const known = new Set(hosts)
  return ({ raw }) => {
    const [field, ...more] = raw.headersDistinct['host'] ?? []
    if (more.length > 0 || !/^[/*]/.test(raw.url ?? '')) throw new RequestFault('REQUEST_INVALID')
    const name = hostName(field)
    if (name === undefined || !(isLoopback(name) || known.has(name))) {
      throw new RequestFault('HOST_REFUSED')
    }
  }
}

/** The host of a Host header without its port; undefined for an invalid header. */
export function hostName(field: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.exec(field?.toLowerCase() ?? '')?.[1]
}
