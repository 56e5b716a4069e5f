import { type GuardedHandler, HttpError, problemOf } from '../generated/server.js'
import type * as types from '../generated/types.js'

/** POST /user/info: about oneself only. */
export const getUserHandler: GuardedHandler<types.GetUserRequest, types.GetUserResponse> = ({
  request,
  claims,
}) => {
  if (request.userId !== claims.sub) throw new HttpError(403, problemOf(403, 'forbidden'))
  return { name: 'kim' }
}
