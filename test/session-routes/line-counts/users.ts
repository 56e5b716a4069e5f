import type { Credentials } from 'jotgate'

/** The users of an application, and their roles. */
const users = new Map([
  ['alice', { id: 'user-1', password: 'secret', roles: ['admin'] }],
  ['bob', { id: 'user-2', password: 'secret', roles: [] }],
])

export function checkPassword({ username, password }: Credentials) {
  const user = users.get(String(username))
  return user?.password === password ? { subject: user?.id ?? '' } : undefined
}

export function rolesOf(subject: string): readonly string[] {
  return [...users.values()].find(({ id }) => id === subject)?.roles ?? []
}
