import { AuthError } from 'jotgate'
import { HttpError, problemOf } from 'jotgate/api-spec/runtime'
import { type UserApi } from './generated/service.js'

/** What each route of user-api does. */
export const handlers: UserApi = {
  /** POST /user/login */
  login: ({ request, services }) => {
    const user = services.users.byPassword(request.username, request.password)
    if (user === undefined) throw new HttpError(401, problemOf(401, 'invalid_credentials'))
    return services.sessions.issue({ subject: user.id, client: 'web' })
  },

  /** POST /user/refresh: a refresh token is good once; the same again later ends the session. */
  refreshToken: ({ request, services }) =>
    services.sessions.refresh(request.refreshToken, { client: 'web' }),

  /** POST /user/logout: ends the session; its access tokens are refused from now on. */
  logout: async ({ claims, services }) => {
    const { sid, sub } = claims
    if (typeof sid !== 'string' || sub === undefined) throw new AuthError('CLAIM_MISSING')
    await services.sessions.end({ sid, subject: sub })
  },

  /** GET /user/profile: users see their own profile, admins see every profile. */
  getProfile: ({ request, claims, services }) => {
    const { sub = '', role } = claims
    const targetId = request.targetId ?? sub
    if (role !== 'admin' && targetId !== sub) throw new HttpError(403, problemOf(403, 'forbidden'))
    const user = services.users.byId(targetId)
    if (user === undefined) throw new HttpError(404, problemOf(404, 'not_found'))
    return { id: user.id, name: user.name }
  },

  /** PUT /user/profile */
  updateProfile: ({ claims, request, services }) => {
    if (claims.sub === undefined) throw new AuthError('CLAIM_MISSING')
    services.users.rename(claims.sub, request.name)
    return { id: claims.sub, name: request.name }
  },

  /** GET /users: for admins, as the .api file says. */
  listUsers: ({ services }) => services.users.all().map(({ id, name }) => ({ id, name })),
}
