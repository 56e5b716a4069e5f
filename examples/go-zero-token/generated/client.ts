// A client of jwt-api. Generated from its .api file: changes are lost.
import { type CallOptions, type ClientOptions, createCalls } from 'jotgate/api-spec/client'
import type * as types from './types.js'

/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** Sends the token of its source on guarded routes only; refreshing it is the source's work. */
export function createClient(options: ClientOptions) {
  const { call } = createCalls(options)
  return {
    /** POST /user/token */
    jwt: (request: types.JwtTokenRequest, options?: CallOptions) =>
      call({ method: 'POST', path: '/user/token', body: true }, request, options) as Promise<types.JwtTokenResponse>,
    /** POST /user/info, with a token */
    getUser: (request: types.GetUserRequest, options?: CallOptions) =>
      call({ method: 'POST', path: '/user/info', guarded: true, body: true }, request, options) as Promise<types.GetUserResponse>,
  }
}
