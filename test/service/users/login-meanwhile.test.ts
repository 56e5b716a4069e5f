import { expect, test } from 'vitest'
import { openSqlite, sqliteDatabase } from 'jotgate/stores/sqlite'
import { login } from '../../../apps/auth-service/src/api/user/login.js'
import type { Services } from '../../../apps/auth-service/src/api/user/services.js'
import { createSqlUsers } from '../../../apps/auth-service/src/users/sql-users.js'
import { newUser, type User, type Users } from '../../../apps/auth-service/src/users/users.js'
import { makeSessions } from '../../session/setup.js'

/** What bob has beside a password. */
interface Having {
  factor: boolean
}

/** Logs bob in while something happens to him, after his roles were read for the token and before the session begins. */
async function loginDuring(happens: (users: Users, bob: User, having: Having) => Promise<unknown>) {
  const file = await openSqlite(':memory:')
  const users = await createSqlUsers(sqliteDatabase(file))
  const bob = newUser({ username: 'bob', passwordHash: 'hash', roles: ['editor', 'clerk'] })
  await users.create(bob)
  const having = { factor: false }
  const { sessions } = makeSessions({
    loadSubject: async () => {
      const read = await users.byId(bob.id)
      await happens(users, bob, having)
      return { claims: { roles: read?.roles ?? [] } }
    },
  })
  const passwords = { isOutdated: () => false }
  const source = { checkPassword: () => Promise.resolve(false) }
  const secondFactor = { required: () => Promise.resolve(having.factor) }
  const admission = { admit: () => Promise.resolve({ kind: 'right', account: bob }) }
  const events = { record: () => Promise.resolve() }
  const people = { users, source, secondFactor, passwords }
  const configuration = { audience: 'api' }
  const parts = { ...people, sessions, admission, configuration, events }
  const answer = login({
    ...{ method: 'POST', path: '/user/login', address: '192.0.2.1' },
    request: { username: 'bob', password: 'right' },
    services: parts as unknown as Services, // the parts that a first-party login uses
    signal: new AbortController().signal,
    headers: () => [],
    setHeader: () => undefined,
  })
  const [outcome] = await Promise.allSettled([answer])
  const live = await sessions.list(bob.id)
  file.close()
  return { status: outcome.status, live: live.length }
}

test.each([
  [
    'loses a role',
    (users, { id, roles }) => users.replaceRoles(id, { from: roles, to: ['clerk'] }),
  ],
  ['is disabled', (users, { id }) => users.setDisabled(id, true)],
  ['gets another password', (users, { id }) => users.replaceHash(id, { from: 'hash', to: 'new' })],
  [
    'gets a second factor',
    (_users, _bob, having) => {
      having.factor = true
      return Promise.resolve()
    },
  ],
] as [string, Parameters<typeof loginDuring>[0]][])(
  'a login during which the user %s is refused, and its session ends',
  async (_what, happens) => {
    expect(await loginDuring(happens)).toEqual({ status: 'rejected', live: 0 })
  },
)

test.each([
  [
    'gets a role',
    (users, { id, roles }) => users.replaceRoles(id, { from: roles, to: [...roles, 'admin'] }),
  ],
  ['is left alone', () => Promise.resolve()],
] as [string, Parameters<typeof loginDuring>[0]][])(
  'a login during which the user %s begins a session',
  async (_what, happens) => {
    expect(await loginDuring(happens)).toEqual({ status: 'fulfilled', live: 1 })
  },
)
