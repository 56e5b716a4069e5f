import { actingAdmin, noteAction } from '../acting.js'
import { foundClient, orInvalid } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type ClientReq, type ClientSecret } from '../generated/types.js'

/** POST /admin/clients/:id/secret @throws RequestFault CLIENT_UNKNOWN, BODY_INVALID for a public client */
export const rotateClientSecretHandler: GuardedHandler<ClientReq, ClientSecret> = async (call) => {
  const { clients } = call.services
  const admin = await actingAdmin(call)
  const secret = foundClient(await orInvalid(() => clients.rotateSecret(call.request.id)))
  noteAction(call, { by: admin.username, action: 'give a client another secret' })
  return { secret }
}
