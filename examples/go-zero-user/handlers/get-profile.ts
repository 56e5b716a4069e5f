import { type GuardedHandler, HttpError, problemOf } from '../generated/server.js'
import type * as types from '../generated/types.js'

/** GET /user/profile: one's own, and for admins anybody's. */
export const getProfileHandler: GuardedHandler<types.ProfileReq, types.ProfileResp> = (call) => {
  const { sub = '', role } = call.claims
  const targetId = call.request.targetId ?? sub
  if (role !== 'admin' && targetId !== sub) throw new HttpError(403, problemOf(403, 'forbidden'))
  const user = call.services.users.byId(targetId)
  if (user === undefined) throw new HttpError(404, problemOf(404, 'not_found'))
  return { id: user.id, name: user.name }
}
