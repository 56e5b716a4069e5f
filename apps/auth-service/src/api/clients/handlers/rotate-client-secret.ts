import { actingAdmin, noteAction } from '../../acting-admin.js'
import { foundClient, orInvalid } from '../clients.js'
import { type GuardedHandler } from '../generated/server.js'
import { type RotatedSecret, type SecretRotation } from '../generated/types.js'

/**
 * POST /admin/clients/:id/secret
 *
 * @throws RequestFault CLIENT_UNKNOWN, BODY_INVALID for a public client; AuthError STORE_UNAVAILABLE
 */
export const rotateClientSecretHandler: GuardedHandler<SecretRotation, RotatedSecret> = async (
  call,
) => {
  const { id, keepOld } = call.request
  const { clients } = call.services
  const admin = await actingAdmin(call)
  const rotated = foundClient(await orInvalid(() => clients.rotateSecret(id, keepOld)))
  noteAction(call, { by: admin.username, action: 'give a client another secret' })
  const { secret, oldSecretUntil } = rotated
  return { secret, ...(oldSecretUntil === undefined ? {} : { oldSecretUntil }) }
}
