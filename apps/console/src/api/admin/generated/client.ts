// A client of admin-api. Generated from its .api file: changes are lost.
import { type CallOptions, type ClientOptions, createCalls } from 'jotgate/api-spec/client'
import type * as types from './types.js'

/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** Sends the token of its source on guarded routes only; refreshing it is the source's work. */
export function createClient(options: ClientOptions) {
  const { call } = createCalls(options)
  return {
    /** ends one session, whosever: DELETE /admin/sessions/:id, with a token */
    endOneSession: (request: types.SessionReq, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/sessions/:id', guarded: true, from: { id: 'path' } }, request, options) as Promise<void>,
    /** ends all sessions of a user: DELETE /admin/users/:id/sessions, with a token */
    endUserSessions: (request: types.UserReq, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/users/:id/sessions', guarded: true, from: { id: 'path' } }, request, options) as Promise<types.Ended>,
    /** sessions of the users that fit by name or e-mail address, or the one session of that id; newest first, a page at a time: GET /admin/sessions, with a token */
    searchSessions: (request: types.SessionsReqInput, options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/sessions', guarded: true, from: { search: 'form', after: 'form', limit: 'form' } }, request, options) as Promise<types.Sessions>,
    /** what this process knows to be revoked, and how far behind each process is: GET /admin/revocations, with a token */
    getRevocations: (options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/revocations', guarded: true }, {}, options) as Promise<types.Revocations>,
    /** how many sessions a revocation would hit, and the word to confirm it with: POST /admin/revocations/preview, with a token */
    previewRevocation: (request: types.NewRevocation, options?: CallOptions) =>
      call({ method: 'POST', path: '/admin/revocations/preview', guarded: true, body: true }, request, options) as Promise<types.RevocationPreview>,
    /** revokes a token, a session, what a subject or a client has, or everything: POST /admin/revocations, with a token */
    revoke: (request: types.NewRevocation, options?: CallOptions) =>
      call({ method: 'POST', path: '/admin/revocations', guarded: true, body: true }, request, options) as Promise<void>,
    /** the key ring: GET /admin/keys, with a token */
    getKeys: (options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/keys', guarded: true }, {}, options) as Promise<types.Keys>,
    /** removes a key that others may know: nothing signed with it is good any more: DELETE /admin/keys/:kid, with a token */
    revokeKey: (request: types.KeyReq, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/keys/:kid', guarded: true, from: { kid: 'path' } }, request, options) as Promise<types.Keys>,
    /** has the next key sign as soon as it may: POST /admin/keys/rotate, with a token */
    rotateKeys: (options?: CallOptions) =>
      call({ method: 'POST', path: '/admin/keys/rotate', guarded: true }, {}, options) as Promise<types.Keys>,
    /** every check of a token with its verdict: POST /admin/inspect, with a token */
    inspect: (request: types.InspectReq, options?: CallOptions) =>
      call({ method: 'POST', path: '/admin/inspect', guarded: true, body: true }, request, options) as Promise<types.Inspection>,
    /** what was accepted and refused lately, and how long it took: GET /admin/traffic, with a token */
    getTraffic: (options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/traffic', guarded: true }, {}, options) as Promise<types.Traffic>,
  }
}
