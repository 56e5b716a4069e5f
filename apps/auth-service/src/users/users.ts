import { randomBytes } from 'node:crypto'
import type { SqlStatement } from 'jotgate/stores/sqlite'

/** A person who can log in. */
export interface User {
  readonly id: string
  readonly username: string
  /** PHC string. */
  readonly passwordHash: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly displayName: string
  readonly email: string
  /** Unix seconds; undefined for users from before their times were kept. */
  readonly createdAt?: number
  /** Unix seconds, up to {@link loginsKeptEvery} late; undefined: no login since it is kept. */
  readonly lastLoginAt?: number
  /** As stored: {@link attributeClaims} says which of them count. Default: none. */
  readonly attributes?: Attributes
}

/** A value of an attribute: text, number, boolean, or a list of text. */
export type AttributeValue = string | number | boolean | readonly string[]

/** The attributes of a user, by their names in the configuration. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** Attributes that were read, and their replacement. */
export interface AttributeChange {
  readonly from: Attributes
  readonly to: Attributes
}

/** The fields that users may change themselves. */
export interface ProfileChange {
  readonly displayName?: string | undefined
  readonly email?: string | undefined
}

/** PHC strings: the one that was checked, and its replacement. */
export interface HashChange {
  readonly from: string
  readonly to: string
}

/** Roles that were read, and their replacement. */
export interface RoleChange {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** A page of users, ordered by name as the database orders text. */
export interface UserQuery {
  /** Part of a username, a display name or an e-mail address; the case of A to Z is ignored. */
  readonly search?: string | undefined
  /** The page begins after this username: the last one of the previous page. */
  readonly after?: string | undefined
  readonly limit: number
}

/** The store of users. */
export interface Users {
  byId(id: string): Promise<User | undefined>
  /** Compared without case. */
  byUsername(username: string): Promise<User | undefined>
  /** Whether any enabled user has the role. */
  anyWith(role: string): Promise<boolean>
  /** At most `limit` users; fewer means the last page. */
  list(query: UserQuery): Promise<readonly User[]>
  /** @throws SetupFault when the name is taken */
  create(user: User): Promise<void>
  /** Returns the changed user; undefined when there is none. */
  changeProfile(id: string, change: ProfileChange): Promise<User | undefined>
  /** Returns the changed user; undefined when there is none. The caller who disables a user must end its sessions. */
  setDisabled(id: string, disabled: boolean): Promise<User | undefined>
  /**
   * Replaces roles; undefined when they are no longer the stored ones, so only one of two concurrent changes succeeds.
   * Tokens have the new roles from their next refresh on.
   */
  replaceRoles(id: string, change: RoleChange): Promise<User | undefined>
  /** Replaces a hash; false when it is no longer the stored one, so only one of two concurrent changes succeeds. */
  replaceHash(id: string, change: HashChange): Promise<boolean>
  /**
   * Gives a user another name, which must be free; sessions go on. Undefined when there is no such user.
   *
   * @throws SetupFault when the name is taken
   */
  rename(id: string, username: string): Promise<User | undefined>
  /**
   * Replaces attributes; undefined when they are no longer the stored ones, so only one of two concurrent changes succeeds.
   * Tokens have the new ones from their next refresh on.
   */
  replaceAttributes(id: string, change: AttributeChange): Promise<User | undefined>
  /** Writes that a user has logged in now. Ask {@link isLoginDue} before, so that most logins write nothing. */
  noteLogin(id: string): Promise<void>
  /** Deletes every row of a user. The caller must end the sessions: {@link deleteUser}. Again is the same as once. */
  remove(id: string, also?: readonly SqlStatement[]): Promise<void>
}

/** Seconds in which one login of a user is written down at most. */
export const loginsKeptEvery = 3600

/** Whether a login of this user has to be written down now: also where a clock that was ahead has written the last one. */
export function isLoginDue({ lastLoginAt = 0 }: Pick<User, 'lastLoginAt'>, now: number): boolean {
  return lastLoginAt > now || now - lastLoginAt >= loginsKeptEvery
}

/** A new user with default fields. */
export function newUser(fields: Pick<User, 'username' | 'passwordHash' | 'roles'>): User {
  return {
    ...fields,
    id: randomBytes(16).toString('base64url'),
    username: fields.username.toLowerCase(),
    disabled: false,
    displayName: fields.username,
    email: '',
  }
}

/** A user with a change applied. */
export function applyChange(user: User, change: ProfileChange): User {
  return {
    ...user,
    displayName: change.displayName ?? user.displayName,
    email: change.email ?? user.email,
  }
}
