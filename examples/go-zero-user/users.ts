import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

/** Somebody who can log in. */
export interface User {
  readonly id: string
  readonly role: 'admin' | 'user'
  readonly name: string
}

/** The guide's UserModel, in memory. */
export interface Users {
  all(): readonly User[]
  byId(id: string): User | undefined
  /** Takes as long for a name nobody has. */
  byPassword(username: string, password: string): User | undefined
  rename(id: string, name: string): void
}

/** Alice the admin and Bob, both with the password `secret`. */
export function createUsers(): Users {
  const salt = randomBytes(16)
  const hash = (password: string) => scryptSync(password, salt, 32)
  const secret = hash('secret')
  const users = new Map<string, User>([
    ['1', { id: '1', role: 'admin', name: 'alice' }],
    ['2', { id: '2', role: 'user', name: 'bob' }],
  ])
  const logins = new Map([...users.values()].map(({ id, name }) => [name, id]))
  return {
    all: () => [...users.values()],
    byId: (id) => users.get(id),
    byPassword: (username, password) => {
      const fits = timingSafeEqual(hash(password), secret)
      return fits ? users.get(logins.get(username) ?? '') : undefined
    },
    rename: (id, name) => {
      const user = users.get(id)
      if (user !== undefined) users.set(id, { ...user, name })
    },
  }
}
