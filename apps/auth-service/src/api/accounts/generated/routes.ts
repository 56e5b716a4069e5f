// The routes of accounts-api. Generated from its .api file: changes are lost.
import { guarded, nothing, type Route } from 'jotgate/api-spec/runtime'
import { type GuardName } from './guards.js'
import { type AccountsApi, type Services } from './service.js'
import * as types from './types.js'

/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(api: AccountsApi): readonly Route<Services, GuardName>[] {
  return [
    guarded({ guard: 'ReadUsers', method: 'GET', path: '/admin/attributes', strict: true }, nothing, api.listAttributes),
    guarded({ guard: 'ReadUsers', method: 'GET', path: '/admin/locks', strict: true }, types.LocksReq, api.listLocks),
    guarded({ guard: 'ReadUsers', method: 'GET', path: '/admin/users', strict: true }, types.UsersReq, api.listUsers),
    guarded({ guard: 'ReadUsers', method: 'GET', path: '/admin/users/:id', strict: true }, types.UserReq, api.getUser),
    guarded({ guard: 'ChangeUsers', method: 'DELETE', path: '/admin/locks/:id', strict: true }, types.LockReq, api.unlock),
    guarded({ guard: 'ChangeUsers', method: 'POST', path: '/admin/users', strict: true }, types.NewUser, api.createUser),
    guarded({ guard: 'ChangeUsers', method: 'PUT', path: '/admin/users/:id', strict: true }, types.UserChange, api.changeUser),
    guarded({ guard: 'ChangeUsers', method: 'DELETE', path: '/admin/users/:id', strict: true }, types.UserDeletion, api.deleteUser),
    guarded({ guard: 'ChangeUsers', method: 'PUT', path: '/admin/users/:id/account', strict: true }, types.AccountChange, api.changeAccount),
    guarded({ guard: 'ChangeUsers', method: 'PUT', path: '/admin/users/:id/password', strict: true }, types.NewPassword, api.setPassword),
    guarded({ guard: 'ChangeUsers', method: 'DELETE', path: '/admin/users/:id/second-factor', strict: true }, types.UserReq, api.removeSecondFactor),
    guarded({ guard: 'ChangeUsers', method: 'PUT', path: '/admin/users/:id/username', strict: true }, types.NewUsername, api.renameUser),
  ]
}
