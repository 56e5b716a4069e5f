import { actingAdmin, noteAction } from '../../acting-admin.js'
import { RequestFault } from '../../../foundation/faults.js'
import { type GuardedHandler } from '../generated/server.js'
import { type ClientReq } from '../generated/types.js'

/** DELETE /admin/clients/:id @throws RequestFault CLIENT_UNKNOWN; AuthError STORE_UNAVAILABLE */
export const removeClientHandler: GuardedHandler<ClientReq, void> = async (call) => {
  const admin = await actingAdmin(call)
  if (!(await call.services.clients.remove(call.request.id)))
    throw new RequestFault('CLIENT_UNKNOWN')
  noteAction(call, { by: admin.username, action: 'remove a client' })
}
