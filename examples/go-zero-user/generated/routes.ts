// The routes of user-api. Generated from its .api file: changes are lost.
import { loginHandler } from '../handlers/login.js'
import { refreshTokenHandler } from '../handlers/refresh-token.js'
import { logoutHandler } from '../handlers/logout.js'
import { getProfileHandler } from '../handlers/get-profile.js'
import { updateProfileHandler } from '../handlers/update-profile.js'
import { object } from './schema.js'
import { guarded, open, type Route } from './server.js'
import * as types from './types.js'

const nothing = object<object>(() => [])

export const routes: readonly Route[] = [
  open({ method: 'POST', path: '/user/login' }, types.LoginReq, loginHandler),
  open({ method: 'POST', path: '/user/refresh' }, types.RefreshReq, refreshTokenHandler),
  guarded({ guard: 'Auth', method: 'POST', path: '/user/logout' }, nothing, logoutHandler),
  guarded(
    { guard: 'Auth', method: 'GET', path: '/user/profile' },
    types.ProfileReq,
    getProfileHandler,
  ),
  guarded(
    { guard: 'Auth', method: 'PUT', path: '/user/profile' },
    types.UpdateProfileReq,
    updateProfileHandler,
  ),
]
