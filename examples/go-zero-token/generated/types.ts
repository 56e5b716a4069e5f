// The types of jwt-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

export interface GetUserRequest {
  readonly userId: string
}
export const GetUserRequest: $.Schema<GetUserRequest> = $.object<GetUserRequest>(() => [
  { name: 'userId', read: $.text() },
])

export interface GetUserResponse {
  readonly name: string
}
export const GetUserResponse: $.Schema<GetUserResponse> = $.object<GetUserResponse>(() => [
  { name: 'name', read: $.text() },
])

export interface JwtTokenRequest {
  readonly userId: string
  readonly password: string
}
export const JwtTokenRequest: $.Schema<JwtTokenRequest> = $.object<JwtTokenRequest>(() => [
  { name: 'userId', read: $.text() },
  { name: 'password', read: $.text() },
])

export interface JwtTokenResponse {
  readonly access_token: string
  readonly access_expire: number
  readonly refresh_after: number
}
export const JwtTokenResponse: $.Schema<JwtTokenResponse> = $.object<JwtTokenResponse>(() => [
  { name: 'access_token', read: $.text() },
  { name: 'access_expire', read: $.number({ whole: 'int64' }) },
  { name: 'refresh_after', read: $.number({ whole: 'int64' }) },
])
