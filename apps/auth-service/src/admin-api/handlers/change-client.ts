import { actingAdmin, noteAction } from '../acting.js'
import { foundClient, toClient } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type Client, type ClientChange } from '../generated/types.js'

/** PUT /admin/clients/:id @throws RequestFault CLIENT_UNKNOWN */
export const changeClientHandler: GuardedHandler<ClientChange, Client> = async (call) => {
  const { id, disabled } = call.request
  const admin = await actingAdmin(call)
  const client = foundClient(await call.services.clients.setDisabled(id, disabled))
  noteAction(call, {
    by: admin.username,
    action: disabled ? 'disable a client' : 'enable a client',
  })
  return toClient(client)
}
