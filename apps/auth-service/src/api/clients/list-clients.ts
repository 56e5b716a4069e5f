import { RequestFault } from '../../foundation/faults.js'
import type { ClientQuery, OAuthClient } from '../../oauth/clients.js'
import { toClient } from './clients.js'
import { type GuardedHandler } from './generated/service.js'
import { type Clients, type ClientsReq } from './generated/types.js'

/**
 * GET /admin/clients
 *
 * @throws RequestFault BODY_INVALID for an `after` that is not the `next` of a page
 */
export const listClients: GuardedHandler<ClientsReq, Clients> = async ({ request, services }) => {
  const { limit } = request
  const after = request.after === undefined ? undefined : readCursor(request.after)
  // One more than is asked for, to know whether there is another page.
  const clients = await services.clients.list({ after, limit: limit + 1 })
  const page = clients.slice(0, limit)
  const last = page.at(-1)
  return {
    clients: page.map(toClient),
    ...(clients.length > limit && last !== undefined ? { next: toCursor(last) } : {}),
  }
}

function toCursor({ createdAt, id }: OAuthClient): string {
  return `${String(createdAt)}.${id}`
}

function readCursor(text: string): ClientQuery['after'] {
  const [, createdAt, id] = /^(\d{1,12})\.(client-[\w-]{22})$/.exec(text) ?? []
  if (createdAt === undefined || id === undefined)
    throw new RequestFault('BODY_INVALID', 'after: must be the next of the page before')
  return { createdAt: Number(createdAt), id }
}
