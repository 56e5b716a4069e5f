import { type Handler, HttpError, problemOf } from '../generated/server.js'
import type * as types from '../generated/types.js'

/** POST /user/token */
export const jwtHandler: Handler<types.JwtTokenRequest, types.JwtTokenResponse> = async (call) => {
  const { sign, accessExpire, isPassword } = call.services
  const { userId, password } = call.request
  if (!isPassword(userId, password)) throw new HttpError(401, problemOf(401, 'invalid_credentials'))
  const now = Math.floor(Date.now() / 1000)
  return {
    access_token: await sign({ sub: userId, iat: now }),
    access_expire: now + accessExpire,
    refresh_after: now + Math.floor(accessExpire / 2),
  }
}
