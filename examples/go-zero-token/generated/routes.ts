// The routes of jwt-api. Generated from its .api file: changes are lost.
import { guarded, open, type Route } from 'jotgate/api-spec/runtime'
import { type GuardName } from './guards.js'
import { type JwtApi, type Services } from './service.js'
import * as types from './types.js'

/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(api: JwtApi): readonly Route<Services, GuardName>[] {
  return [
    open({ method: 'POST', path: '/user/token' }, types.JwtTokenRequest, api.jwt),
    guarded({ guard: 'JwtAuth', method: 'POST', path: '/user/info' }, types.GetUserRequest, api.getUser),
  ]
}
