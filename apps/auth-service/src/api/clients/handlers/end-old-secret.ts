import { actingAdmin, noteAction } from '../../acting-admin.js'
import { foundClient, toClient } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type Client, type ClientReq } from '../generated/types.js'

/** DELETE /admin/clients/:id/secret/old. Again is the same as once. @throws RequestFault CLIENT_UNKNOWN */
export const endOldSecretHandler: GuardedHandler<ClientReq, Client> = async (call) => {
  const admin = await actingAdmin(call)
  const client = foundClient(await call.services.clients.endOldSecret(call.request.id))
  noteAction(call, { by: admin.username, action: 'end the old secret of a client' })
  return toClient(client)
}
