import { actingAdmin, noteAction } from '../acting.js'
import { checkGrants, orInvalid, toClient } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type CreatedClient, type NewClient } from '../generated/types.js'

/** POST /admin/clients @throws RequestFault BODY_INVALID */
export const createClientHandler: GuardedHandler<NewClient, CreatedClient> = async (call) => {
  const { name, kind, scopes, audiences, grants: given, ...policy } = call.request
  const admin = await actingAdmin(call)
  const grants = checkGrants(given)
  const { client, secret } = await orInvalid(() =>
    call.services.clients.create({ name, kind, scopes, audiences, grants, policy }),
  )
  noteAction(call, { by: admin.username, action: 'add a client' })
  return { client: toClient(client), ...(secret === undefined ? {} : { secret }) }
}
