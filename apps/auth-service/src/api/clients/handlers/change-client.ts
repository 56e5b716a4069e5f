import { actingAdmin, noteAction } from '../../acting-admin.js'
import { RequestFault } from '../../../foundation/faults.js'
import type { ClientChange as ChangeToCheck } from '../../../oauth/clients.js'
import { foundClient, orInvalid, toClient } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type Client, type ClientChange } from '../generated/types.js'

/**
 * PUT /admin/clients/:id: fields that are left out stay. The tokens of a client that is disabled, or may do less than before,
 * are refused.
 *
 * @throws RequestFault BODY_INVALID, CLIENT_UNKNOWN; AuthError STORE_UNAVAILABLE
 */
export const changeClientHandler: GuardedHandler<ClientChange, Client> = async (call) => {
  const { id, ...change } = call.request
  const { clients } = call.services
  const admin = await actingAdmin(call)
  if (Object.keys(change).length === 0)
    throw new RequestFault('BODY_INVALID', 'the body: names nothing to change')
  const given = change as ChangeToCheck // `change` looks at every value
  const client = foundClient(await orInvalid(() => clients.change(id, given)))
  noteAction(call, { by: admin.username, action: 'change a client' })
  return toClient(client)
}
