// What admin-api does. Generated from its .api file: changes are lost.
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
export interface AdminApi {
  /** ends one session, whosever: DELETE /admin/sessions/:id, with a token */
  readonly endOneSession: GuardedHandler<types.SessionReq, void>
  /** ends all sessions of a user: DELETE /admin/users/:id/sessions, with a token */
  readonly endUserSessions: GuardedHandler<types.UserReq, types.Ended>
  /** sessions of the users that fit by name or e-mail address, or the one session of that id; newest first, a page at a time: GET /admin/sessions, with a token */
  readonly searchSessions: GuardedHandler<types.SessionsReq, types.Sessions>
  /** what this process knows to be revoked, and how far behind each process is: GET /admin/revocations, with a token */
  readonly getRevocations: GuardedHandler<object, types.Revocations>
  /** how many sessions a revocation would hit, and the word to confirm it with: POST /admin/revocations/preview, with a token */
  readonly previewRevocation: GuardedHandler<types.NewRevocation, types.RevocationPreview>
  /** revokes a token, a session, what a subject or a client has, or everything: POST /admin/revocations, with a token */
  readonly revoke: GuardedHandler<types.NewRevocation, void>
  /** the key ring: GET /admin/keys, with a token */
  readonly getKeys: GuardedHandler<object, types.Keys>
  /** removes a key that others may know: nothing signed with it is good any more: DELETE /admin/keys/:kid, with a token */
  readonly revokeKey: GuardedHandler<types.KeyReq, types.Keys>
  /** has the next key sign as soon as it may: POST /admin/keys/rotate, with a token */
  readonly rotateKeys: GuardedHandler<object, types.Keys>
  /** every check of a token with its verdict: POST /admin/inspect, with a token */
  readonly inspect: GuardedHandler<types.InspectReq, types.Inspection>
  /** what was accepted and refused lately, and how long it took: GET /admin/traffic, with a token */
  readonly getTraffic: GuardedHandler<object, types.Traffic>
}
