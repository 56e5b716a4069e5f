// The routes of admin-api. Generated from its .api file: changes are lost.
import { getKeysHandler } from '../handlers/get-keys.js'
import { revokeKeyHandler } from '../handlers/revoke-key.js'
import { rotateKeysHandler } from '../handlers/rotate-keys.js'
import { getRevocationsHandler } from '../handlers/get-revocations.js'
import { revokeHandler } from '../handlers/revoke.js'
import { searchSessionsHandler } from '../handlers/search-sessions.js'
import { endOneSessionHandler } from '../handlers/end-one-session.js'
import { getTrafficHandler } from '../handlers/get-traffic.js'
import { listUsersHandler } from '../handlers/list-users.js'
import { createUserHandler } from '../handlers/create-user.js'
import { getUserHandler } from '../handlers/get-user.js'
import { changeUserHandler } from '../handlers/change-user.js'
import { setPasswordHandler } from '../handlers/set-password.js'
import { endUserSessionsHandler } from '../handlers/end-user-sessions.js'
import { inspectHandler } from '../handlers/inspect.js'
import { object } from './schema.js'
import { guarded, type Route } from './server.js'
import * as types from './types.js'

const nothing = object<object>(() => [])

export const routes: readonly Route[] = [
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/keys', strict: true },
    nothing,
    getKeysHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'DELETE', path: '/admin/keys/:kid', strict: true },
    types.KeyReq,
    revokeKeyHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'POST', path: '/admin/keys/rotate', strict: true },
    nothing,
    rotateKeysHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/revocations', strict: true },
    nothing,
    getRevocationsHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'POST', path: '/admin/revocations', strict: true },
    types.NewRevocation,
    revokeHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/sessions', strict: true },
    types.SessionsReq,
    searchSessionsHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'DELETE', path: '/admin/sessions/:id', strict: true },
    types.SessionReq,
    endOneSessionHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/traffic', strict: true },
    nothing,
    getTrafficHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/users', strict: true },
    types.UsersReq,
    listUsersHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'POST', path: '/admin/users', strict: true },
    types.NewUser,
    createUserHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/users/:id', strict: true },
    types.UserReq,
    getUserHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'PUT', path: '/admin/users/:id', strict: true },
    types.UserChange,
    changeUserHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'PUT', path: '/admin/users/:id/password', strict: true },
    types.NewPassword,
    setPasswordHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'DELETE', path: '/admin/users/:id/sessions', strict: true },
    types.UserReq,
    endUserSessionsHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'POST', path: '/admin/inspect', maxBytes: 12288, strict: true },
    types.InspectReq,
    inspectHandler,
  ),
]
