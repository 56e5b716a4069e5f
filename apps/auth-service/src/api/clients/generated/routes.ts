// The routes of clients-api. Generated from its .api file: changes are lost.
import { listClientsHandler } from '../handlers/list-clients.js'
import { createClientHandler } from '../handlers/create-client.js'
import { getClientHandler } from '../handlers/get-client.js'
import { changeClientHandler } from '../handlers/change-client.js'
import { removeClientHandler } from '../handlers/remove-client.js'
import { rotateClientSecretHandler } from '../handlers/rotate-client-secret.js'
import { endOldSecretHandler } from '../handlers/end-old-secret.js'
import { object } from './schema.js'
import { guarded, type Route } from './server.js'
import * as types from './types.js'

const nothing = object<object>(() => [])

export const routes: readonly Route[] = [
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/clients', strict: true },
    nothing,
    listClientsHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'POST', path: '/admin/clients', strict: true },
    types.NewClient,
    createClientHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'GET', path: '/admin/clients/:id', strict: true },
    types.ClientReq,
    getClientHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'PUT', path: '/admin/clients/:id', strict: true },
    types.ClientChange,
    changeClientHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'DELETE', path: '/admin/clients/:id', strict: true },
    types.ClientReq,
    removeClientHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'POST', path: '/admin/clients/:id/secret', strict: true },
    types.SecretRotation,
    rotateClientSecretHandler,
  ),
  guarded(
    { guard: 'Admin', method: 'DELETE', path: '/admin/clients/:id/secret/old', strict: true },
    types.ClientReq,
    endOldSecretHandler,
  ),
]
