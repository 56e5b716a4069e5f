// The routes of clients-api. Generated from its .api file: changes are lost.
import { guarded, type Route } from 'jotgate/api-spec/runtime'
import { type GuardName } from './guards.js'
import { type ClientsApi, type Services } from './service.js'
import * as types from './types.js'

/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(api: ClientsApi): readonly Route<Services, GuardName>[] {
  return [
    guarded({ guard: 'ReadClients', method: 'GET', path: '/admin/clients', strict: true }, types.ClientsReq, api.listClients),
    guarded({ guard: 'ReadClients', method: 'GET', path: '/admin/clients/:id', strict: true }, types.ClientReq, api.getClient),
    guarded({ guard: 'ChangeClients', method: 'POST', path: '/admin/clients', strict: true }, types.NewClient, api.createClient),
    guarded({ guard: 'ChangeClients', method: 'PUT', path: '/admin/clients/:id', strict: true }, types.ClientChange, api.changeClient),
    guarded({ guard: 'ChangeClients', method: 'DELETE', path: '/admin/clients/:id', strict: true }, types.ClientReq, api.removeClient),
    guarded({ guard: 'ChangeClients', method: 'POST', path: '/admin/clients/:id/secret', strict: true }, types.SecretRotation, api.rotateClientSecret),
    guarded({ guard: 'ChangeClients', method: 'DELETE', path: '/admin/clients/:id/secret/old', strict: true }, types.ClientReq, api.endOldSecret),
  ]
}
