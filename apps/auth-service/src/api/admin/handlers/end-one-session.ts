import { AuthError } from 'jotgate'
import { RequestFault } from '../../../foundation/faults.js'
import { actingAdmin, noteAction } from '../../acting-admin.js'
import { type GuardedHandler } from '../generated/server.js'
import { type SessionReq } from '../generated/types.js'

/**
 * DELETE /admin/sessions/:id. Again is the same as once.
 *
 * @throws RequestFault SESSION_NOT_FOUND; AuthError STORE_UNAVAILABLE
 */
export const endOneSessionHandler: GuardedHandler<SessionReq, void> = async (call) => {
  const { request, services } = call
  const admin = await actingAdmin(call)
  await services.sessions.end({ sid: request.id, whosever: true }).catch((error: unknown) => {
    const isUnknown = error instanceof AuthError && error.code === 'REFRESH_UNKNOWN'
    throw isUnknown ? new RequestFault('SESSION_NOT_FOUND') : error
  })
  noteAction(call, { by: admin.username, action: 'end a session' })
}
