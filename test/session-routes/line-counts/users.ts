import { scryptSync, timingSafeEqual } from 'node:crypto'
import type { Credentials } from 'jotgate'

const hash = (password: string) => scryptSync(password, 'one salt for each user', 32)
const users = new Map([
  ['alice', { id: 'user-1', hash: hash('secret'), roles: ['admin'] }],
  ['bob', { id: 'user-2', hash: hash('secret'), roles: [] }],
])
const noUser = hash('for names that are not known')

export function checkPassword({ username, password }: Credentials) {
  const user = users.get(String(username))
  const fits = timingSafeEqual(hash(String(password)), user?.hash ?? noUser) // takes as long without a user
  return user !== undefined && fits ? { subject: user.id } : undefined
}

export function loadUser(id: string) {
  const user = [...users.values()].find((each) => each.id === id)
  return Promise.resolve(user && { claims: { roles: user.roles } })
}
