// The routes of admin-api. Generated from its .api file: changes are lost.
import { guarded, nothing, type Route } from 'jotgate/api-spec/runtime'
import { type GuardName } from './guards.js'
import { type AdminApi, type Services } from './service.js'
import * as types from './types.js'

/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(api: AdminApi): readonly Route<Services, GuardName>[] {
  return [
    guarded({ guard: 'EndSessions', method: 'DELETE', path: '/admin/sessions/:id', strict: true }, types.SessionReq, api.endOneSession),
    guarded({ guard: 'EndSessions', method: 'DELETE', path: '/admin/users/:id/sessions', strict: true }, types.UserReq, api.endUserSessions),
    guarded({ guard: 'ReadSessions', method: 'GET', path: '/admin/sessions', strict: true }, types.SessionsReq, api.searchSessions),
    guarded({ guard: 'ReadRevocations', method: 'GET', path: '/admin/revocations', strict: true }, nothing, api.getRevocations),
    guarded({ guard: 'ReadRevocations', method: 'POST', path: '/admin/revocations/preview', strict: true }, types.NewRevocation, api.previewRevocation),
    guarded({ guard: 'Revoke', method: 'POST', path: '/admin/revocations', strict: true }, types.NewRevocation, api.revoke),
    guarded({ guard: 'ReadKeys', method: 'GET', path: '/admin/keys', strict: true }, nothing, api.getKeys),
    guarded({ guard: 'ChangeKeys', method: 'DELETE', path: '/admin/keys/:kid', strict: true }, types.KeyReq, api.revokeKey),
    guarded({ guard: 'ChangeKeys', method: 'POST', path: '/admin/keys/rotate', strict: true }, nothing, api.rotateKeys),
    guarded({ guard: 'InspectTokens', method: 'POST', path: '/admin/inspect', maxBytes: 12288, strict: true }, types.InspectReq, api.inspect),
    guarded({ guard: 'ReadTraffic', method: 'GET', path: '/admin/traffic', strict: true }, nothing, api.getTraffic),
  ]
}
