// What clients-api does. Generated from its .api file: changes are lost.
import type * as $ from 'jotgate/api-spec/runtime'
import { type Services } from '../services.js'
import type * as types from './types.js'

// The types of the runtime, over the services of services.ts.
export type { Services }
export type Call = $.Call<Services>
export type RequestCall<Req> = $.RequestCall<Services, Req>
export type GuardedCall<Req> = $.GuardedCall<Services, Req>
export type OptionalCall<Req> = $.OptionalCall<Services, Req>
export type Handler<Req, Res> = $.Handler<Services, Req, Res>
export type GuardedHandler<Req, Res> = $.GuardedHandler<Services, Req, Res>
export type OptionalHandler<Req, Res> = $.OptionalHandler<Services, Req, Res>
export type Middleware = $.Middleware<Services>

/** One function a route: handlers.ts has them. */
export interface ClientsApi {
  /** the OAuth clients, oldest first, a page at a time; no secret is among it: GET /admin/clients, with a token */
  readonly listClients: GuardedHandler<types.ClientsReq, types.Clients>
  /** one client: GET /admin/clients/:id, with a token */
  readonly getClient: GuardedHandler<types.ClientReq, types.Client>
  /** registers an OAuth client and tells its secret, this once: POST /admin/clients, with a token */
  readonly createClient: GuardedHandler<types.NewClient, types.CreatedClient>
  /** changes a client; while it is disabled it gets no tokens, and those it has are refused: PUT /admin/clients/:id, with a token */
  readonly changeClient: GuardedHandler<types.ClientChange, types.Client>
  /** removes a client for good; its tokens are refused: DELETE /admin/clients/:id, with a token */
  readonly removeClient: GuardedHandler<types.ClientReq, void>
  /** gives a client another secret; the one before stays good for as long as is asked: POST /admin/clients/:id/secret, with a token */
  readonly rotateClientSecret: GuardedHandler<types.SecretRotation, types.RotatedSecret>
  /** ends the secret before the present one now: DELETE /admin/clients/:id/secret/old, with a token */
  readonly endOldSecret: GuardedHandler<types.ClientReq, types.Client>
}
