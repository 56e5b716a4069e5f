// The routes of user-api. Generated from its .api file: changes are lost.
import { guarded, nothing, open, type Route } from 'jotgate/api-spec/runtime'
import { type GuardName } from './guards.js'
import { type UserApi, type Services } from './service.js'
import * as types from './types.js'

/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(api: UserApi): readonly Route<Services, GuardName>[] {
  return [
    open({ method: 'POST', path: '/user/login', strict: true }, types.LoginReq, api.login),
    open({ method: 'POST', path: '/user/logout', strict: true }, types.LogoutReq, api.logout),
    open({ method: 'POST', path: '/user/refresh', strict: true }, types.RefreshReq, api.refresh),
    guarded({ guard: 'Auth', scopes: ['profile:read'], method: 'GET', path: '/user/profile', strict: true }, nothing, api.getProfile),
    guarded({ guard: 'Auth', scopes: ['profile:read'], method: 'GET', path: '/user/second-factor', strict: true }, nothing, api.getSecondFactor),
    guarded({ guard: 'Auth', scopes: ['profile:read'], method: 'GET', path: '/user/sessions', strict: true }, types.SessionsReq, api.listSessions),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'POST', path: '/user/confirm', strict: true }, types.ConfirmReq, api.confirm),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'POST', path: '/user/logout-all', strict: true }, nothing, api.logoutAll),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'PUT', path: '/user/password', strict: true }, types.PasswordChange, api.changePassword),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'PUT', path: '/user/profile', strict: true }, types.ProfileChange, api.updateProfile),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'POST', path: '/user/second-factor', strict: true }, types.NewSecondFactor, api.beginSecondFactor),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'POST', path: '/user/second-factor/confirm', strict: true }, types.SecondFactorCode, api.confirmSecondFactor),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'POST', path: '/user/second-factor/remove', strict: true }, types.RemovedSecondFactor, api.removeSecondFactor),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'DELETE', path: '/user/sessions/:id', strict: true }, types.SessionReq, api.endSession),
    guarded({ guard: 'Auth', scopes: ['profile:write'], method: 'POST', path: '/user/sessions/end-others', strict: true }, nothing, api.endOtherSessions),
  ]
}
