// The routes of audit-api. Generated from its .api file: changes are lost.
import { guarded, nothing, type Route } from 'jotgate/api-spec/runtime'
import { type GuardName } from './guards.js'
import { type AuditApi, type Services } from './service.js'
import * as types from './types.js'

/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(api: AuditApi): readonly Route<Services, GuardName>[] {
  return [
    guarded({ guard: 'ReadAudit', method: 'GET', path: '/admin/audit', strict: true }, types.AuditReq, api.searchAudit),
    guarded({ guard: 'ReadAudit', method: 'GET', path: '/admin/audit/heads', strict: true }, nothing, api.getAuditHeads),
  ]
}
