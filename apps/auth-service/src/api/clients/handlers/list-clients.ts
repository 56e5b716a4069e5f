import { toClient } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type Clients } from '../generated/types.js'

/** GET /admin/clients @throws AuthError STORE_UNAVAILABLE */
export const listClientsHandler: GuardedHandler<object, Clients> = async ({ services }) => ({
  clients: (await services.clients.list()).map(toClient),
})
