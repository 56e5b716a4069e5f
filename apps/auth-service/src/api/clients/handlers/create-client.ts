import { actingAdmin, noteAction } from '../../acting-admin.js'
import type { NewClient as ClientToCheck } from '../../../oauth/clients.js'
import { orInvalid, toClient } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type CreatedClient, type NewClient } from '../generated/types.js'

/** POST /admin/clients @throws RequestFault BODY_INVALID; AuthError STORE_UNAVAILABLE */
export const createClientHandler: GuardedHandler<NewClient, CreatedClient> = async (call) => {
  const { name, kind, grants, scopes = [], audiences, policy = {} } = call.request
  const admin = await actingAdmin(call)
  const given = { name, kind, grants, scopes, audiences, policy } as ClientToCheck // `create` looks at every value
  const { client, secret } = await orInvalid(() => call.services.clients.create(given))
  noteAction(call, { by: admin.username, action: 'add a client' })
  return { client: toClient(client), ...(secret === undefined ? {} : { secret }) }
}
