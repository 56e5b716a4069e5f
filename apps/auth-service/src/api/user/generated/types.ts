// The types of user-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

/** The secret is base32; the URI has it too, and is what a QR code shows. */
export interface BegunSecondFactor {
  readonly secret: string
  readonly uri: string
}
export const BegunSecondFactor: $.Schema<BegunSecondFactor> = $.object<BegunSecondFactor>(() => [
  { name: 'secret', read: $.text() },
  { name: 'uri', read: $.text() },
])

/** The code is needed where the user has a second factor. */
export interface ConfirmReq {
  readonly password: string
  readonly code?: string
}
export const ConfirmReq: $.Schema<ConfirmReq> = $.object<ConfirmReq>(() => [
  { name: 'password', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'code', optional: true, read: $.text({ length: { from: 1, to: 64 } }) },
])

export interface Ended {
  readonly ended: number
}
export const Ended: $.Schema<Ended> = $.object<Ended>(() => [
  { name: 'ended', read: $.number({ whole: 'int64' }) },
])

/**
 * The client is the registered app that the session shall belong to, where it is not the first-party one. The code is that
 * of a second factor: six digits, or a recovery code.
 */
export interface LoginReq {
  readonly username: string
  readonly password: string
  readonly clientId?: string
  readonly code?: string
}
export const LoginReq: $.Schema<LoginReq> = $.object<LoginReq>(() => [
  { name: 'username', read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'password', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'clientId', optional: true, read: $.text({ length: { from: 1, to: 128 } }) },
  { name: 'code', optional: true, read: $.text({ length: { from: 1, to: 64 } }) },
])

/** The refresh token is for when the access token has expired. */
export interface LogoutReq {
  readonly refreshToken?: string
}
export const LogoutReq: $.Schema<LogoutReq> = $.object<LogoutReq>(() => [
  { name: 'refreshToken', optional: true, read: $.text({ length: { from: 1, to: 8192 } }) },
])

export interface NewSecondFactor {
  readonly password: string
}
export const NewSecondFactor: $.Schema<NewSecondFactor> = $.object<NewSecondFactor>(() => [
  { name: 'password', read: $.text({ length: { from: 1, to: 1024 } }) },
])

export interface PasswordChange {
  readonly currentPassword: string
  readonly newPassword: string
  readonly code?: string
}
export const PasswordChange: $.Schema<PasswordChange> = $.object<PasswordChange>(() => [
  { name: 'currentPassword', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'newPassword', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'code', optional: true, read: $.text({ length: { from: 1, to: 64 } }) },
])

/** Permissions are those for the operations of administrators: none where these need a second factor that is missing. */
export interface Profile {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly email: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly secondFactor: 'none' | 'missing' | 'active'
}
export const Profile: $.Schema<Profile> = $.object<Profile>(() => [
  { name: 'id', read: $.text() },
  { name: 'username', read: $.text() },
  { name: 'displayName', read: $.text() },
  { name: 'email', read: $.text() },
  { name: 'roles', read: $.list($.text()) },
  { name: 'permissions', read: $.list($.text()) },
  { name: 'secondFactor', read: $.text({ options: ['none', 'missing', 'active'] }) },
])

export interface ProfileChange {
  readonly displayName?: string
  readonly email?: string
}
export const ProfileChange: $.Schema<ProfileChange> = $.object<ProfileChange>(() => [
  { name: 'displayName', optional: true, read: $.text({ length: { from: 1, to: 200 } }) },
  { name: 'email', optional: true, read: $.text({ length: { to: 320 } }) },
])

export interface RecoveryCodes {
  readonly recoveryCodes: readonly string[]
}
export const RecoveryCodes: $.Schema<RecoveryCodes> = $.object<RecoveryCodes>(() => [
  { name: 'recoveryCodes', read: $.list($.text()) },
])

export interface RefreshReq {
  readonly refreshToken: string
}
export const RefreshReq: $.Schema<RefreshReq> = $.object<RefreshReq>(() => [
  { name: 'refreshToken', read: $.text({ length: { from: 1, to: 8192 } }) },
])

export interface RemovedSecondFactor {
  readonly password: string
  readonly code: string
}
export const RemovedSecondFactor: $.Schema<RemovedSecondFactor> = $.object<RemovedSecondFactor>(() => [
  { name: 'password', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'code', read: $.text({ length: { from: 1, to: 64 } }) },
])

/** Recovery codes are those that are left. */
export interface SecondFactor {
  readonly active: boolean
  readonly recoveryCodes: number
}
export const SecondFactor: $.Schema<SecondFactor> = $.object<SecondFactor>(() => [
  { name: 'active', read: $.flag },
  { name: 'recoveryCodes', read: $.number({ whole: 'int64' }) },
])

export interface SecondFactorCode {
  readonly code: string
  readonly password?: string
}
export const SecondFactorCode: $.Schema<SecondFactorCode> = $.object<SecondFactorCode>(() => [
  { name: 'code', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'password', optional: true, read: $.text({ length: { from: 1, to: 1024 } }) },
])

/** Times are Unix seconds; the last use is to the hour only. */
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
