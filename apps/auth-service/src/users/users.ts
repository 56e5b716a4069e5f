import { randomBytes } from 'node:crypto'

/** Somebody who can log in. */
export interface User {
  readonly id: string
  readonly username: string
  /** PHC string. */
  readonly passwordHash: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly displayName: string
  readonly email: string
}

/** What a user may change about itself. */
export interface ProfileChange {
  readonly displayName?: string | undefined
  readonly email?: string | undefined
}

/** PHC strings: the one that was checked, and the one to keep from now on. */
export interface HashChange {
  readonly from: string
  readonly to: string
}

/** A page of users: in the order of their names, in whichever way the database orders text. */
export interface UserQuery {
  /** Part of a username, a display name or an e-mail address; capitals of A to Z do not count. */
  readonly search?: string | undefined
  /** The username after which the page begins: the last one of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** Where users live. */
export interface Users {
  byId(id: string): Promise<User | undefined>
  /** Compared without case. */
  byUsername(username: string): Promise<User | undefined>
  /** Whether anybody who may log in has the role. */
  anyWith(role: string): Promise<boolean>
  /** At most `limit` users; fewer than that are the last ones. */
  list(query: UserQuery): Promise<readonly User[]>
  /** @throws SetupFault when the name is taken */
  create(user: User): Promise<void>
  /** The user as it then is; undefined when there is none. */
  changeProfile(id: string, change: ProfileChange): Promise<User | undefined>
  /** The user as it then is; undefined when there is none. Its sessions are ended by whoever disables it. */
  setDisabled(id: string, disabled: boolean): Promise<User | undefined>
  /** The user as it then is; undefined when there is none. Tokens hold the new roles from their next refresh on. */
  setRoles(id: string, roles: readonly string[]): Promise<User | undefined>
  /** Puts one hash in the place of another; false when that is no longer the one, so that of two changes one is made. */
  replaceHash(id: string, change: HashChange): Promise<boolean>
}

/** A user nobody has changed yet. */
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

/** A user with the fields that a change names. */
export function applyChange(user: User, change: ProfileChange): User {
  return {
    ...user,
    displayName: change.displayName ?? user.displayName,
    email: change.email ?? user.email,
  }
}
