// The types of user-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

export interface LoginReq {
  readonly username: string
  readonly password: string
}
export const LoginReq: $.Schema<LoginReq> = $.object<LoginReq>(() => [
  { name: 'username', read: $.text() },
  { name: 'password', read: $.text() },
])

export interface LoginResp {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresIn: number
  /** When the client had better refresh, in Unix seconds. */
  readonly refreshAfter: number
}
export const LoginResp: $.Schema<LoginResp> = $.object<LoginResp>(() => [
  { name: 'accessToken', read: $.text() },
  { name: 'refreshToken', read: $.text() },
  { name: 'expiresIn', read: $.number({ whole: 'int64' }) },
  { name: 'refreshAfter', read: $.number({ whole: 'int64' }) },
])

export interface ProfileReq {
  /** Whose; default: the caller's own. */
  readonly targetId?: string
}
export const ProfileReq: $.Schema<ProfileReq> = $.object<ProfileReq>(() => [
  { name: 'targetId', from: 'form', optional: true, read: $.text() },
])

export interface ProfileResp {
  readonly id: string
  readonly name: string
}
export const ProfileResp: $.Schema<ProfileResp> = $.object<ProfileResp>(() => [
  { name: 'id', read: $.text() },
  { name: 'name', read: $.text() },
])

export interface RefreshReq {
  readonly refreshToken: string
}
export const RefreshReq: $.Schema<RefreshReq> = $.object<RefreshReq>(() => [
  { name: 'refreshToken', read: $.text() },
])

export interface UpdateProfileReq {
  readonly name: string
}
export const UpdateProfileReq: $.Schema<UpdateProfileReq> = $.object<UpdateProfileReq>(() => [
  { name: 'name', read: $.text({ length: { from: 1, to: 100 } }) },
])

export interface UpdateProfileResp {
  readonly id: string
  readonly name: string
}
export const UpdateProfileResp: $.Schema<UpdateProfileResp> = $.object<UpdateProfileResp>(() => [
  { name: 'id', read: $.text() },
  { name: 'name', read: $.text() },
])
