import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { auth } from 'jotgate/fastify'
import { exportLines } from '../audit/export-lines.js'
import { RequestFault } from '../foundation/faults.js'
import type { Service } from './service.js'

/** Requests to administrative routes that change nothing, though they are no GET. */
const readings: ReadonlySet<string | undefined> = new Set([
  '/admin/inspect',
  '/admin/revocations/preview',
])

/** Refuses the acts of administrators while rows of the audit log are owed: after the gate, before the body is used. */
export function refuseWhileOwed(app: FastifyInstance, { audit }: Pick<Service, 'audit'>): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const { url } = request.routeOptions
    const isAct =
      request.method !== 'GET' && url?.startsWith('/admin/') === true && !readings.has(url)
    if (isAct && audit.owed() > 0)
      done(new RequestFault('AUDIT_OWED', undefined, { 'retry-after': '5' }))
    else done()
  })
}

/**
 * `GET /admin/audit/export`: rows as JSON lines, the oldest first, read while they are sent. An `.api` file cannot describe
 * an answer that is a stream.
 */
export function auditExportRoute(app: FastifyInstance, { adminGates, audit }: Service): void {
  void app.register((child, _options, done) => {
    void child.register(auth(adminGates.ReadAudit))
    child.get('/admin/audit/export', (request, reply) => {
      const query = timesOf(request.query)
      return reply
        .headers({
          'content-type': 'application/jsonl; charset=utf-8',
          'cache-control': 'no-store',
        })
        .send(Readable.from(exportLines(audit.readAll(query)), { objectMode: false }))
    })
    done()
  })
}

/** @throws RequestFault BODY_INVALID */
function timesOf(query: unknown): { readonly since?: number; readonly until?: number } {
  const given = Object.entries(query ?? {})
  const fault = given.find(
    ([name, value]) =>
      !['since', 'until'].includes(name) || typeof value !== 'string' || !/^\d{1,12}$/.test(value),
  )
  if (fault !== undefined)
    throw new RequestFault(
      'BODY_INVALID',
      'since, until: may be given once, as whole Unix seconds; nothing else is known here',
    )
  return Object.fromEntries(given.map(([name, value]) => [name, Number(value) * 1000]))
}
