// The routes of user-api. Generated from its .api file: changes are lost.
import { loginHandler } from '../handlers/login.js'
import { logoutHandler } from '../handlers/logout.js'
import { refreshHandler } from '../handlers/refresh.js'
import { logoutAllHandler } from '../handlers/logout-all.js'
import { changePasswordHandler } from '../handlers/change-password.js'
import { getProfileHandler } from '../handlers/get-profile.js'
import { updateProfileHandler } from '../handlers/update-profile.js'
import { listSessionsHandler } from '../handlers/list-sessions.js'
import { endSessionHandler } from '../handlers/end-session.js'
import { object } from './schema.js'
import { guarded, open, type Route } from './server.js'
import * as types from './types.js'

const nothing = object<object>(() => [])

export const routes: readonly Route[] = [
  open({ method: 'POST', path: '/user/login', strict: true }, types.LoginReq, loginHandler),
  open({ method: 'POST', path: '/user/logout', strict: true }, types.LogoutReq, logoutHandler),
  open({ method: 'POST', path: '/user/refresh', strict: true }, types.RefreshReq, refreshHandler),
  guarded(
    { guard: 'Auth', method: 'POST', path: '/user/logout-all', strict: true },
    nothing,
    logoutAllHandler,
  ),
  guarded(
    { guard: 'Auth', method: 'PUT', path: '/user/password', strict: true },
    types.PasswordChange,
    changePasswordHandler,
  ),
  guarded(
    { guard: 'Auth', method: 'GET', path: '/user/profile', strict: true },
    nothing,
    getProfileHandler,
  ),
  guarded(
    { guard: 'Auth', method: 'PUT', path: '/user/profile', strict: true },
    types.ProfileChange,
    updateProfileHandler,
  ),
  guarded(
    { guard: 'Auth', method: 'GET', path: '/user/sessions', strict: true },
    nothing,
    listSessionsHandler,
  ),
  guarded(
    { guard: 'Auth', method: 'DELETE', path: '/user/sessions/:id', strict: true },
    types.SessionReq,
    endSessionHandler,
  ),
]
