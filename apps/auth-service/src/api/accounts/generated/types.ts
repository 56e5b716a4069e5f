// The types of accounts-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

/** An attribute that is null is taken away; those that are not named stay. */
export interface AccountChange {
  readonly id: string
  readonly displayName?: string
  readonly email?: string
  readonly attributes?: { readonly [key: string]: unknown }
}
export const AccountChange: $.Schema<AccountChange> = $.object<AccountChange>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'displayName', optional: true, read: $.text({ length: { from: 1, to: 200 } }) },
  { name: 'email', optional: true, read: $.text({ length: { to: 320 } }) },
  { name: 'attributes', optional: true, read: $.record($.anything) },
])

/** Claim is absent where no token has the attribute. */
export interface Attribute {
  readonly name: string
  readonly type: 'text' | 'number' | 'boolean' | 'list'
  readonly claim?: string
}
export const Attribute: $.Schema<Attribute> = $.object<Attribute>(() => [
  { name: 'name', read: $.text() },
  { name: 'type', read: $.text({ options: ['text', 'number', 'boolean', 'list'] }) },
  { name: 'claim', optional: true, read: $.text() },
])

export interface Attributes {
  readonly attributes: readonly Attribute[]
}
export const Attributes: $.Schema<Attributes> = $.object<Attributes>(() => [
  { name: 'attributes', read: $.list($.ref(() => Attribute)) },
])

/** Until is Unix seconds. A lock of the account, or of the account at an address from which it has logged in lately. */
export interface Lock {
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly until: number
  readonly wrongPasswords: number
  readonly knownAddress: boolean
}
export const Lock: $.Schema<Lock> = $.object<Lock>(() => [
  { name: 'id', read: $.text() },
  { name: 'userId', read: $.text() },
  { name: 'username', read: $.text() },
  { name: 'until', read: $.number({ whole: 'int64' }) },
  { name: 'wrongPasswords', read: $.number({ whole: 'int64' }) },
  { name: 'knownAddress', read: $.flag },
])

export interface LockReq {
  readonly id: string
}
export const LockReq: $.Schema<LockReq> = $.object<LockReq>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
])

/** Next is what to ask for after this page; absent on the last one. */
export interface Locks {
  readonly locks: readonly Lock[]
  readonly next?: string
}
export const Locks: $.Schema<Locks> = $.object<Locks>(() => [
  { name: 'locks', read: $.list($.ref(() => Lock)) },
  { name: 'next', optional: true, read: $.text() },
])

export interface LocksReq {
  readonly user?: string
  readonly after?: string
  readonly limit: number
}
/** {@link LocksReq} as it is sent: what has a default may be left out. */
export type LocksReqInput = $.Input<LocksReq, 'limit'>
export const LocksReq: $.Schema<LocksReq> = $.object<LocksReq>(() => [
  { name: 'user', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'after', from: 'form', optional: true, read: $.text({ length: { to: 64 } }) },
  { name: 'limit', from: 'form', fallback: 50, read: $.numberText({ whole: 'int64', range: { from: 1, to: 200 } }) },
])

export interface NewPassword {
  readonly id: string
  readonly newPassword: string
}
export const NewPassword: $.Schema<NewPassword> = $.object<NewPassword>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'newPassword', read: $.text({ length: { from: 1, to: 1024 } }) },
])

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly roles?: readonly string[]
}
export const NewUser: $.Schema<NewUser> = $.object<NewUser>(() => [
  { name: 'username', read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'password', read: $.text({ length: { from: 1, to: 1024 } }) },
  { name: 'roles', optional: true, read: $.list($.text()) },
])

export interface NewUsername {
  readonly id: string
  readonly username: string
}
export const NewUsername: $.Schema<NewUsername> = $.object<NewUsername>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'username', read: $.text({ length: { from: 1, to: 256 } }) },
])

/** Times are Unix seconds. Absent are the times of users from before they were kept; the last login is to the hour only. */
export interface User {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly email: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly createdAt?: number
  readonly lastLoginAt?: number
  readonly attributes: { readonly [key: string]: unknown }
}
export const User: $.Schema<User> = $.object<User>(() => [
  { name: 'id', read: $.text() },
  { name: 'username', read: $.text() },
  { name: 'displayName', read: $.text() },
  { name: 'email', read: $.text() },
  { name: 'roles', read: $.list($.text()) },
  { name: 'disabled', read: $.flag },
  { name: 'createdAt', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'lastLoginAt', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'attributes', read: $.record($.anything) },
])

export interface UserChange {
  readonly id: string
  readonly roles?: readonly string[]
  readonly disabled?: boolean
}
export const UserChange: $.Schema<UserChange> = $.object<UserChange>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'roles', optional: true, read: $.list($.text()) },
  { name: 'disabled', optional: true, read: $.flag },
])

/** Confirm repeats the username. */
export interface UserDeletion {
  readonly id: string
  readonly confirm?: string
}
export const UserDeletion: $.Schema<UserDeletion> = $.object<UserDeletion>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'confirm', optional: true, read: $.text({ length: { to: 256 } }) },
])

export interface UserReq {
  readonly id: string
}
export const UserReq: $.Schema<UserReq> = $.object<UserReq>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
])

/** Next is what to ask for after this page; absent on the last one. */
export interface Users {
  readonly users: readonly User[]
  readonly next?: string
}
export const Users: $.Schema<Users> = $.object<Users>(() => [
  { name: 'users', read: $.list($.ref(() => User)) },
  { name: 'next', optional: true, read: $.text() },
])

export interface UsersReq {
  readonly search?: string
  readonly after?: string
  readonly limit: number
}
/** {@link UsersReq} as it is sent: what has a default may be left out. */
export type UsersReqInput = $.Input<UsersReq, 'limit'>
export const UsersReq: $.Schema<UsersReq> = $.object<UsersReq>(() => [
  { name: 'search', from: 'form', optional: true, read: $.text({ length: { to: 256 } }) },
  { name: 'after', from: 'form', optional: true, read: $.text({ length: { to: 256 } }) },
  { name: 'limit', from: 'form', fallback: 50, read: $.numberText({ whole: 'int64', range: { from: 1, to: 200 } }) },
])
