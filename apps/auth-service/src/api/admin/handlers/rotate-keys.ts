import { actingAdmin, noteAction } from '../../acting-admin.js'
import { type GuardedHandler } from '../generated/server.js'
import { type Keys } from '../generated/types.js'
import { keysOf, requireRing } from '../keys.js'

/** POST /admin/keys/rotate: asking again before it has happened changes nothing. */
export const rotateKeysHandler: GuardedHandler<object, Keys> = async (call) => {
  const ring = requireRing(call.services.ring)
  const admin = await actingAdmin(call)
  await ring.rotate()
  noteAction(call, { by: admin.username, action: 'rotate keys' })
  return keysOf(ring)
}
