// What accounts-api does. Generated from its .api file: changes are lost.
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
export interface AccountsApi {
  /** the attributes that users may have, by the configuration: GET /admin/attributes, with a token */
  readonly listAttributes: GuardedHandler<object, types.Attributes>
  /** accounts that wrong passwords have locked, the first to end first, a page at a time: GET /admin/locks, with a token */
  readonly listLocks: GuardedHandler<types.LocksReq, types.Locks>
  /** users by name, a page at a time: GET /admin/users, with a token */
  readonly listUsers: GuardedHandler<types.UsersReq, types.Users>
  /** one user: GET /admin/users/:id, with a token */
  readonly getUser: GuardedHandler<types.UserReq, types.User>
  /** ends a lock and forgets the wrong passwords: the right one logs in at once: DELETE /admin/locks/:id, with a token */
  readonly unlock: GuardedHandler<types.LockReq, void>
  /** adds a user: POST /admin/users, with a token */
  readonly createUser: GuardedHandler<types.NewUser, types.User>
  /** changes roles, disables or enables; the user's sessions end, unless roles are only added, which refreshes tokens: PUT /admin/users/:id, with a token */
  readonly changeUser: GuardedHandler<types.UserChange, types.User>
  /** deletes a user for good: sessions end, and all that is kept of the user goes: DELETE /admin/users/:id, with a token */
  readonly deleteUser: GuardedHandler<types.UserDeletion, void>
  /** changes the display name, the e-mail address and attributes of a user; tokens have them from their next refresh on: PUT /admin/users/:id/account, with a token */
  readonly changeAccount: GuardedHandler<types.AccountChange, types.User>
  /** sets a password and ends the user's sessions: PUT /admin/users/:id/password, with a token */
  readonly setPassword: GuardedHandler<types.NewPassword, void>
  /** removes the second factor of a user who has lost it: DELETE /admin/users/:id/second-factor, with a token */
  readonly removeSecondFactor: GuardedHandler<types.UserReq, void>
  /** gives a user another username; sessions go on: PUT /admin/users/:id/username, with a token */
  readonly renameUser: GuardedHandler<types.NewUsername, types.User>
}
