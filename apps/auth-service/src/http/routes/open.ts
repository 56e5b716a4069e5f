import type { FastifyInstance } from 'fastify'
import { isUnchanged } from 'jotgate'
import { exceptionNote } from '../../configuration/exception-note.js'
import { RequestFault } from '../../foundation/faults.js'
import { sharedAddressNote } from '../../observing/shared-address.js'
import type { Service } from '../service.js'

/** Health, readiness, the published keys, and what a page with a login shows beside it. */
export function openRoutes(app: FastifyInstance, service: Service): void {
  app.get('/healthz', () => ({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const status = await statusOf(service)
    const accounts = service.shared.accounts()
    const shared = accounts === undefined ? [] : [sharedAddressNote(accounts)]
    const weak = exceptionNote(service.configuration.signing, Date.now())
    const ofSecrets = weak === undefined ? [] : [weak]
    const notes = [
      ...[...shared, ...service.clocks.notes(), ...auditNotes(service.audit)],
      ...ofSecrets,
    ]
    return reply.code(status === 'ready' ? 200 : 503).send({
      status,
      ...(notes.length === 0 ? {} : { notes }),
    })
  })

  const { links, users } = service.configuration
  app.get('/user/login-options', (_request, reply) =>
    reply
      .header('cache-control', 'no-cache')
      .send({ ...links, usersElsewhere: users !== undefined }),
  )

  app.get('/.well-known/jwks.json', (request, reply) => {
    if (service.ring === undefined) throw new RequestFault('NOT_FOUND')
    const set = service.ring.publishedSet()
    void reply.headers(set.headers)
    return isUnchanged(set, request.headers['if-none-match'])
      ? reply.code(304).send()
      : reply.send(set.body)
  })
}

function auditNotes({ owed }: Service['audit']): readonly string[] {
  const rows = owed()
  if (rows === 0) return []
  return [`the audit log: ${String(rows)} rows wait for the database, and administration with them`]
}

/** `read-only`: the database takes no writes, so that logins, refreshes and logouts are answered 503. */
async function statusOf(service: Service): Promise<'ready' | 'starting' | 'read-only'> {
  if (!service.ready()) return 'starting'
  return (await service.canWrite()) ? 'ready' : 'read-only'
}
