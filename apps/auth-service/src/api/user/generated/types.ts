// The types of user-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

export interface ConfirmReq {
  readonly password: string
}
export const ConfirmReq: $.Schema<ConfirmReq> = $.object<ConfirmReq>(() => [
  { name: 'password', read: $.text({ length: { from: 1, to: 1024 } }) },
])

export interface Ended {
  readonly ended: number
}
export const Ended: $.Schema<Ended> = $.object<Ended>(() => [
  { name: 'ended', read: $.number({ whole: 'int64' }) },
])

/** The client is the registered app that the session shall belong to, where it is not the first-party one. */
export interface LoginReq {
  readonly username: string
  readonly password: string
  readonly clientId?: string
}
export const LoginReq: $.Schema<LoginReq> = $.object<LoginReq>(() => [
  { name: 'username', read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'password', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'clientId', optional: true, read: $.text({ length: { from: 1, to: 128 } }) },
])

/** The refresh token is for when the access token has expired. */
export interface LogoutReq {
  readonly refreshToken?: string
}
export const LogoutReq: $.Schema<LogoutReq> = $.object<LogoutReq>(() => [
  { name: 'refreshToken', optional: true, read: $.text({ length: { from: 1, to: 8192 } }) },
])

export interface PasswordChange {
  readonly currentPassword: string
  readonly newPassword: string
}
export const PasswordChange: $.Schema<PasswordChange> = $.object<PasswordChange>(() => [
  { name: 'currentPassword', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'newPassword', read: $.text({ length: { from: 1, to: 1024 } }) },
])

/** Permissions are those for the operations of administrators. */
export interface Profile {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly email: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}
export const Profile: $.Schema<Profile> = $.object<Profile>(() => [
  { name: 'id', read: $.text() },
  { name: 'username', read: $.text() },
  { name: 'displayName', read: $.text() },
  { name: 'email', read: $.text() },
  { name: 'roles', read: $.list($.text()) },
  { name: 'permissions', read: $.list($.text()) },
])

export interface ProfileChange {
  readonly displayName?: string
  readonly email?: string
}
export const ProfileChange: $.Schema<ProfileChange> = $.object<ProfileChange>(() => [
  { name: 'displayName', optional: true, read: $.text({ length: { from: 1, to: 200 } }) },
  { name: 'email', optional: true, read: $.text({ length: { to: 320 } }) },
])

export interface RefreshReq {
  readonly refreshToken: string
}
export const RefreshReq: $.Schema<RefreshReq> = $.object<RefreshReq>(() => [
  { name: 'refreshToken', read: $.text({ length: { from: 1, to: 8192 } }) },
])

/** Times are Unix seconds; the last use is told to the hour only. */
export interface Session {
  readonly id: string
  readonly current: boolean
  readonly client: string
  readonly userAgent: string
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly expiresAt: number
}
export const Session: $.Schema<Session> = $.object<Session>(() => [
  { name: 'id', read: $.text() },
  { name: 'current', read: $.flag },
  { name: 'client', read: $.text() },
  { name: 'userAgent', read: $.text() },
  { name: 'createdAt', read: $.number({ whole: 'int64' }) },
  { name: 'lastUsedAt', read: $.number({ whole: 'int64' }) },
  { name: 'expiresAt', read: $.number({ whole: 'int64' }) },
])

export interface SessionReq {
  readonly id: string
}
export const SessionReq: $.Schema<SessionReq> = $.object<SessionReq>(() => [
  { name: 'id', from: 'path', read: $.text() },
])

/** Next is what to ask for after this page; absent on the last one. */
export interface Sessions {
  readonly sessions: readonly Session[]
  readonly next?: string
}
export const Sessions: $.Schema<Sessions> = $.object<Sessions>(() => [
  { name: 'sessions', read: $.list($.ref(() => Session)) },
  { name: 'next', optional: true, read: $.text() },
])

export interface SessionsReq {
  readonly after?: string
  readonly limit: number
}
/** {@link SessionsReq} as it is sent: what has a default may be left out. */
export type SessionsReqInput = $.Input<SessionsReq, 'limit'>
export const SessionsReq: $.Schema<SessionsReq> = $.object<SessionsReq>(() => [
  { name: 'after', from: 'form', optional: true, read: $.text({ length: { to: 64 } }) },
  { name: 'limit', from: 'form', fallback: 50, read: $.numberText({ whole: 'int64', range: { from: 1, to: 200 } }) },
])

/** Times are Unix seconds, expiresIn is seconds. */
export interface TokenResp {
  readonly accessToken: string
  readonly refreshToken: string
  readonly tokenType: 'Bearer'
  readonly expiresIn: number
  readonly accessExpire: number
  readonly refreshAfter: number
  readonly scope: string
  readonly sid: string
}
export const TokenResp: $.Schema<TokenResp> = $.object<TokenResp>(() => [
  { name: 'accessToken', read: $.text() },
  { name: 'refreshToken', read: $.text() },
  { name: 'tokenType', read: $.text({ options: ['Bearer'] }) },
  { name: 'expiresIn', read: $.number({ whole: 'int64' }) },
  { name: 'accessExpire', read: $.number({ whole: 'int64' }) },
  { name: 'refreshAfter', read: $.number({ whole: 'int64' }) },
  { name: 'scope', read: $.text() },
  { name: 'sid', read: $.text() },
])
