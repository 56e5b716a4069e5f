// What user-api does. Generated from its .api file: changes are lost.
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
export interface UserApi {
  /** logs a user in: POST /user/login */
  readonly login: Handler<types.LoginReq, types.TokenResp>
  /** ends the session of the access token or, where that has expired, of the refresh token: POST /user/logout */
  readonly logout: Handler<types.LogoutReq, void>
  /** trades a refresh token for a new pair: POST /user/refresh */
  readonly refresh: Handler<types.RefreshReq, types.TokenResp>
  /** who is calling: GET /user/profile, with a token (scopes profile:read) */
  readonly getProfile: GuardedHandler<object, types.Profile>
  /** whether the user has a second factor: GET /user/second-factor, with a token (scopes profile:read) */
  readonly getSecondFactor: GuardedHandler<object, types.SecondFactor>
  /** the user's sessions, newest first, a page at a time: GET /user/sessions, with a token (scopes profile:read) */
  readonly listSessions: GuardedHandler<types.SessionsReq, types.Sessions>
  /** checks the password of the caller again, and gives tokens of a login that is recent: POST /user/confirm, with a token (scopes profile:write) */
  readonly confirm: GuardedHandler<types.ConfirmReq, types.TokenResp>
  /** ends all sessions of the user, this one too: POST /user/logout-all, with a token (scopes profile:write) */
  readonly logoutAll: GuardedHandler<object, void>
  /** changes the password and ends the user's other sessions: PUT /user/password, with a token (scopes profile:write) */
  readonly changePassword: GuardedHandler<types.PasswordChange, void>
  /** changes what a user may change: PUT /user/profile, with a token (scopes profile:write) */
  readonly updateProfile: GuardedHandler<types.ProfileChange, types.Profile>
  /** begins to set up a second factor; logins ask for it once it is confirmed: POST /user/second-factor, with a token (scopes profile:write) */
  readonly beginSecondFactor: GuardedHandler<types.NewSecondFactor, types.BegunSecondFactor>
  /** confirms the second factor by a code of it, with the password unless the login is recent; the user's other sessions end: POST /user/second-factor/confirm, with a token (scopes profile:write) */
  readonly confirmSecondFactor: GuardedHandler<types.SecondFactorCode, types.RecoveryCodes>
  /** removes the second factor: POST /user/second-factor/remove, with a token (scopes profile:write) */
  readonly removeSecondFactor: GuardedHandler<types.RemovedSecondFactor, void>
  /** ends one of the user's sessions: DELETE /user/sessions/:id, with a token (scopes profile:write) */
  readonly endSession: GuardedHandler<types.SessionReq, void>
  /** ends all other sessions of the user; this one goes on: POST /user/sessions/end-others, with a token (scopes profile:write) */
  readonly endOtherSessions: GuardedHandler<object, types.Ended>
}
