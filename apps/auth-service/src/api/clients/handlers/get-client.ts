import { foundClient, toClient } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type Client, type ClientReq } from '../generated/types.js'

/** GET /admin/clients/:id @throws RequestFault CLIENT_UNKNOWN; AuthError STORE_UNAVAILABLE */
export const getClientHandler: GuardedHandler<ClientReq, Client> = async ({ request, services }) =>
  toClient(foundClient(await services.clients.byId(request.id)))
