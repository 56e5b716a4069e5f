// A client of clients-api. Generated from its .api file: changes are lost.
import { type CallOptions, type ClientOptions, createCalls } from 'jotgate/api-spec/client'
import type * as types from './types.js'

/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** Sends the token of its source on guarded routes only; refreshing it is the source's work. */
export function createClient(options: ClientOptions) {
  const { call } = createCalls(options)
  return {
    /** the OAuth clients, oldest first, a page at a time; no secret is among it: GET /admin/clients, with a token */
    listClients: (request: types.ClientsReqInput, options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/clients', guarded: true, from: { after: 'form', limit: 'form' } }, request, options) as Promise<types.Clients>,
    /** one client: GET /admin/clients/:id, with a token */
    getClient: (request: types.ClientReq, options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/clients/:id', guarded: true, from: { id: 'path' } }, request, options) as Promise<types.Client>,
    /** registers an OAuth client and tells its secret, this once: POST /admin/clients, with a token */
    createClient: (request: types.NewClient, options?: CallOptions) =>
      call({ method: 'POST', path: '/admin/clients', guarded: true, body: true }, request, options) as Promise<types.CreatedClient>,
    /** changes a client; while it is disabled it gets no tokens, and those it has are refused: PUT /admin/clients/:id, with a token */
    changeClient: (request: types.ClientChange, options?: CallOptions) =>
      call({ method: 'PUT', path: '/admin/clients/:id', guarded: true, from: { id: 'path' }, body: true }, request, options) as Promise<types.Client>,
    /** removes a client for good; its tokens are refused: DELETE /admin/clients/:id, with a token */
    removeClient: (request: types.ClientReq, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/clients/:id', guarded: true, from: { id: 'path' } }, request, options) as Promise<void>,
    /** gives a client another secret; the one before stays good for as long as is asked: POST /admin/clients/:id/secret, with a token */
    rotateClientSecret: (request: types.SecretRotationInput, options?: CallOptions) =>
      call({ method: 'POST', path: '/admin/clients/:id/secret', guarded: true, from: { id: 'path' }, body: true }, request, options) as Promise<types.RotatedSecret>,
    /** ends the secret before the present one now: DELETE /admin/clients/:id/secret/old, with a token */
    endOldSecret: (request: types.ClientReq, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/clients/:id/secret/old', guarded: true, from: { id: 'path' } }, request, options) as Promise<types.Client>,
  }
}
