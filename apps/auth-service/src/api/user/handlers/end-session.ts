import { AuthError } from 'jotgate'
import { RequestFault } from '../../../foundation/faults.js'
import { type GuardedHandler } from '../generated/server.js'
import { type SessionReq } from '../generated/types.js'
import { ownSession } from '../../../sessions/own-session.js'

/**
 * DELETE /user/sessions/:id. Again is the same as once.
 *
 * @throws RequestFault SESSION_UNKNOWN, for another user's session too: the caller does not learn that it exists
 */
export const endSessionHandler: GuardedHandler<SessionReq, void> = async (call) => {
  const { claims, request, services } = call
  const { subject } = ownSession(claims)
  try {
    await services.sessions.end({ sid: request.id, subject })
  } catch (error) {
    const isUnknown = error instanceof AuthError && error.code === 'REFRESH_UNKNOWN'
    throw isUnknown ? new RequestFault('SESSION_UNKNOWN') : error
  }
}
