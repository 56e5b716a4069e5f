// The routes of user-api. Generated from its .api file: changes are lost.
import { guarded, nothing, open, type Route } from 'jotgate/api-spec/runtime'
import { type GuardName } from './guards.js'
import { type UserApi, type Services } from './service.js'
import * as types from './types.js'

/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(api: UserApi): readonly Route<Services, GuardName>[] {
  return [
    open({ method: 'POST', path: '/user/login' }, types.LoginReq, api.login),
    open({ method: 'POST', path: '/user/refresh' }, types.RefreshReq, api.refreshToken),
    guarded({ guard: 'Auth', method: 'POST', path: '/user/logout' }, nothing, api.logout),
    guarded({ guard: 'Auth', method: 'GET', path: '/user/profile' }, types.ProfileReq, api.getProfile),
    guarded({ guard: 'Auth', method: 'PUT', path: '/user/profile' }, types.UpdateProfileReq, api.updateProfile),
    guarded({ guard: 'Auth', roles: ['admin'], method: 'GET', path: '/users' }, nothing, api.listUsers),
  ]
}
