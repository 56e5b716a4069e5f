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

/** Where users live. */
export interface Users {
  byId(id: string): Promise<User | undefined>
  /** Compared without case. */
  byUsername(username: string): Promise<User | undefined>
  /** @throws Error when the name is taken */
  create(user: User): Promise<void>
  /** The user as it then is; undefined when there is none. */
  changeProfile(id: string, change: ProfileChange): Promise<User | undefined>
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

/** Subject of the demo user; no stored user has such an id. */
export const demoSubject = 'demo:alice'

/**
 * The users plus alice, who lives in this process only: no restart with a configuration finds her again.
 */
export function withDemoUser(users: Users, passwordHash: string): Users {
  let alice: User = {
    ...newUser({ username: 'alice', passwordHash, roles: ['admin'] }),
    id: demoSubject,
    displayName: 'Alice',
    email: 'alice@example.com',
  }
  return {
    byId: async (id) => (id === demoSubject ? alice : users.byId(id)),
    byUsername: async (name) => (name.toLowerCase() === 'alice' ? alice : users.byUsername(name)),
    create: (user) => users.create(user),
    changeProfile: async (id, change) => {
      if (id !== demoSubject) return users.changeProfile(id, change)
      alice = applyChange(alice, change)
      return alice
    },
    replaceHash: async (id, { from, to }) => {
      if (id !== demoSubject) return users.replaceHash(id, { from, to })
      if (alice.passwordHash !== from) return false
      alice = { ...alice, passwordHash: to }
      return true
    },
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
