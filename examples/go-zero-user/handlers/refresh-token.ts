import { type Handler } from '../generated/server.js'
import type * as types from '../generated/types.js'

/** POST /user/refresh: a refresh token is good once; the same again later ends the session. */
export const refreshTokenHandler: Handler<types.RefreshReq, types.LoginResp> = (call) =>
  call.services.sessions.refresh(call.request.refreshToken, { client: 'web' })
