// A client of accounts-api. Generated from its .api file: changes are lost.
import { type CallOptions, type ClientOptions, createCalls } from 'jotgate/api-spec/client'
import type * as types from './types.js'

/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** Sends the token of its source on guarded routes only; refreshing it is the source's work. */
export function createClient(options: ClientOptions) {
  const { call } = createCalls(options)
  return {
    /** the attributes that users may have, by the configuration: GET /admin/attributes, with a token */
    listAttributes: (options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/attributes', guarded: true }, {}, options) as Promise<types.Attributes>,
    /** accounts that wrong passwords have locked, the first to end first, a page at a time: GET /admin/locks, with a token */
    listLocks: (request: types.LocksReqInput, options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/locks', guarded: true, from: { user: 'form', after: 'form', limit: 'form' } }, request, options) as Promise<types.Locks>,
    /** users by name, a page at a time: GET /admin/users, with a token */
    listUsers: (request: types.UsersReqInput, options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/users', guarded: true, from: { search: 'form', after: 'form', limit: 'form' } }, request, options) as Promise<types.Users>,
    /** one user: GET /admin/users/:id, with a token */
    getUser: (request: types.UserReq, options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/users/:id', guarded: true, from: { id: 'path' } }, request, options) as Promise<types.User>,
    /** ends a lock and forgets the wrong passwords: the right one logs in at once: DELETE /admin/locks/:id, with a token */
    unlock: (request: types.LockReq, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/locks/:id', guarded: true, from: { id: 'path' } }, request, options) as Promise<void>,
    /** adds a user: POST /admin/users, with a token */
    createUser: (request: types.NewUser, options?: CallOptions) =>
      call({ method: 'POST', path: '/admin/users', guarded: true, body: true }, request, options) as Promise<types.User>,
    /** changes roles, disables or enables; the user's sessions end, unless roles are only added, which refreshes tokens: PUT /admin/users/:id, with a token */
    changeUser: (request: types.UserChange, options?: CallOptions) =>
      call({ method: 'PUT', path: '/admin/users/:id', guarded: true, from: { id: 'path' }, body: true }, request, options) as Promise<types.User>,
    /** deletes a user for good: sessions end, and all that is kept of the user goes: DELETE /admin/users/:id, with a token */
    deleteUser: (request: types.UserDeletion, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/users/:id', guarded: true, from: { id: 'path' }, body: true }, request, options) as Promise<void>,
    /** changes the display name, the e-mail address and attributes of a user; tokens have them from their next refresh on: PUT /admin/users/:id/account, with a token */
    changeAccount: (request: types.AccountChange, options?: CallOptions) =>
      call({ method: 'PUT', path: '/admin/users/:id/account', guarded: true, from: { id: 'path' }, body: true }, request, options) as Promise<types.User>,
    /** sets a password and ends the user's sessions: PUT /admin/users/:id/password, with a token */
    setPassword: (request: types.NewPassword, options?: CallOptions) =>
      call({ method: 'PUT', path: '/admin/users/:id/password', guarded: true, from: { id: 'path' }, body: true }, request, options) as Promise<void>,
    /** removes the second factor of a user who has lost it: DELETE /admin/users/:id/second-factor, with a token */
    removeSecondFactor: (request: types.UserReq, options?: CallOptions) =>
      call({ method: 'DELETE', path: '/admin/users/:id/second-factor', guarded: true, from: { id: 'path' } }, request, options) as Promise<void>,
    /** gives a user another username; sessions go on: PUT /admin/users/:id/username, with a token */
    renameUser: (request: types.NewUsername, options?: CallOptions) =>
      call({ method: 'PUT', path: '/admin/users/:id/username', guarded: true, from: { id: 'path' }, body: true }, request, options) as Promise<types.User>,
  }
}
