// A client of user-api. Generated from its .api file: changes are lost.
import { type CallOptions, type ClientOptions, createCalls } from 'jotgate/api-spec/client'
import type * as types from './types.js'

/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** Sends the token of its source on guarded routes only; refreshing it is the source's work. */
export function createClient(options: ClientOptions) {
  const { call } = createCalls(options)
  return {
    /** POST /user/login */
    login: (request: types.LoginReq, options?: CallOptions) =>
      call({ method: 'POST', path: '/user/login', body: true }, request, options) as Promise<types.LoginResp>,
    /** POST /user/refresh */
    refreshToken: (request: types.RefreshReq, options?: CallOptions) =>
      call({ method: 'POST', path: '/user/refresh', body: true }, request, options) as Promise<types.LoginResp>,
    /** POST /user/logout, with a token */
    logout: (options?: CallOptions) =>
      call({ method: 'POST', path: '/user/logout', guarded: true }, {}, options) as Promise<void>,
    /** GET /user/profile, with a token */
    getProfile: (request: types.ProfileReq, options?: CallOptions) =>
      call({ method: 'GET', path: '/user/profile', guarded: true, from: { targetId: 'form' } }, request, options) as Promise<types.ProfileResp>,
    /** PUT /user/profile, with a token */
    updateProfile: (request: types.UpdateProfileReq, options?: CallOptions) =>
      call({ method: 'PUT', path: '/user/profile', guarded: true, body: true }, request, options) as Promise<types.UpdateProfileResp>,
    /** GET /users, with a token (roles admin) */
    listUsers: (options?: CallOptions) =>
      call({ method: 'GET', path: '/users', guarded: true }, {}, options) as Promise<readonly types.ProfileResp[]>,
  }
}
