import { HttpError, problemOf } from 'jotgate/api-spec/runtime'
import { type JwtApi } from './generated/service.js'

/** What each route of jwt-api does. */
export const handlers: JwtApi = {
  /** POST /user/token */
  jwt: async ({ request, services }) => {
    const { sign, accessExpire, isPassword } = services
    const { userId, password } = request
    if (!isPassword(userId, password))
      throw new HttpError(401, problemOf(401, 'invalid_credentials'))
    const now = Math.floor(Date.now() / 1000)
    return {
      access_token: await sign({ sub: userId }),
      access_expire: now + accessExpire,
      refresh_after: now + Math.floor(accessExpire / 2),
    }
  },

  /** POST /user/info: users see themselves only. */
  getUser: ({ request, claims }) => {
    if (request.userId !== claims.sub) throw new HttpError(403, problemOf(403, 'forbidden'))
    return { name: 'kim' }
  },
}
