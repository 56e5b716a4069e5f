import { RequestFault } from '../../../foundation/faults.js'
import { actingAdmin, noteAction } from '../../acting-admin.js'
import { type GuardedHandler } from '../generated/server.js'
import { type KeyReq, type Keys } from '../generated/types.js'
import { keysOf, requireRing } from '../keys.js'

/** DELETE /admin/keys/:kid */
export const revokeKeyHandler: GuardedHandler<KeyReq, Keys> = async (call) => {
  const ring = requireRing(call.services.ring)
  const admin = await actingAdmin(call)
  if (!(await ring.revoke(call.request.kid))) throw new RequestFault('KEY_NOT_FOUND')
  noteAction(call, { by: admin.username, action: 'remove a key' })
  return keysOf(ring)
}
