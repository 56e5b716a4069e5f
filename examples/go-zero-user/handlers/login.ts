import { type Handler, HttpError, problemOf } from '../generated/server.js'
import type * as types from '../generated/types.js'

/** POST /user/login */
export const loginHandler: Handler<types.LoginReq, types.LoginResp> = ({ request, services }) => {
  const user = services.users.byPassword(request.username, request.password)
  if (user === undefined) throw new HttpError(401, problemOf(401, 'invalid_credentials'))
  return services.sessions.issue({ subject: user.id, client: 'web' })
}
