// The routes of jwt-api. Generated from its .api file: changes are lost.
import { jwtHandler } from '../handlers/jwt.js'
import { getUserHandler } from '../handlers/get-user.js'
import { guarded, open, type Route } from './server.js'
import * as types from './types.js'

export const routes: readonly Route[] = [
  open({ method: 'POST', path: '/user/token' }, types.JwtTokenRequest, jwtHandler),
  guarded(
    { guard: 'JwtAuth', method: 'POST', path: '/user/info' },
    types.GetUserRequest,
    getUserHandler,
  ),
]
