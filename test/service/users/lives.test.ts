import { randomBytes } from 'node:crypto'
import type { SqlStatement } from 'jotgate/stores/sqlite'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { deleteUser } from '../../../apps/auth-service/src/users/delete-user.js'
import { demoSubject, withDemoUser } from '../../../apps/auth-service/src/users/demo-user.js'
import { createSqlUsers } from '../../../apps/auth-service/src/users/sql-users.js'
import { isLoginDue, newUser, type Users } from '../../../apps/auth-service/src/users/users.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase, postgresStores } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../../src/stores/sql/sqlite.js'
import { startPostgres } from '../../setup/postgres.js'

const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

/** Users beside the library's sessions, which a deletion looks at. */
interface Room {
  readonly users: Users
  readonly database: SqlDatabase
}

const now = 1_800_000_000

async function openRoom(
  stores: { readonly migrate: () => Promise<void> },
  database: SqlDatabase,
): Promise<Room> {
  await stores.migrate()
  return { database, users: await createSqlUsers(database, database, () => now) }
}

const inSqlite = async () => {
  const client = await openSqlite(':memory:')
  closing.push(() => {
    client.close()
  })
  return openRoom(sqliteStores(client), sqliteDatabase(client))
}

const rooms: Readonly<Record<string, () => Promise<Room>>> = {
  SQLite: inSqlite,
  PostgreSQL: async () => {
    const { url } = await startPostgres()
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    closing.push(() => pool.end())
    const options = { schema: `lives_${randomBytes(4).toString('hex')}`, deadlineMs: 10_000 }
    return openRoom(postgresStores(pool, options), postgresDatabase(pool, options))
  },
  'a demo': async () => {
    const room = await inSqlite()
    return { ...room, users: withDemoUser(room.users, 'of alice') }
  },
}

const bob = () => newUser({ username: 'bob', passwordHash: 'hash', roles: [] })

describe.each(Object.entries(rooms))('users in %s', (where, open) => {
  test(`a user is renamed to a free name only, ${where}`, async () => {
    const { users } = await open()
    const user = bob()
    await users.create(user)
    await users.create({ ...bob(), username: 'carol' })
    await expect(users.rename(user.id, 'CAROL')).rejects.toThrow('already a user of that name')
    expect(await users.rename('nobody', 'dave')).toBeUndefined()
    expect(await users.rename('nobody', 'carol')).toBeUndefined()
    expect(await users.rename(user.id, 'Bob')).toMatchObject({ id: user.id, username: 'bob' })
    expect(await users.rename(user.id, 'Dave')).toMatchObject({ id: user.id, username: 'dave' })
    expect(await users.byUsername('bob')).toBeUndefined()
  })

  test(`of two changes of attributes at once one succeeds, ${where}`, async () => {
    const { users } = await open()
    const { id } = bob()
    await users.create({ ...bob(), id })
    const put = (from: object, to: object) =>
      users.replaceAttributes(id, { from: { ...from }, to: { ...to } })
    const first = await Promise.all([put({}, { level: 1 }), put({}, { level: 2 })])
    expect(first.filter((user) => user !== undefined)).toHaveLength(1)
    const before = first.find((user) => user !== undefined)?.attributes ?? {}
    expect(await put({ level: 3 }, {})).toBeUndefined()
    expect(await put(before, { b: ['x'], a: true })).toMatchObject({
      attributes: { a: true, b: ['x'] },
    })
    expect((await put({ a: true, b: ['x'] }, {}))?.attributes).toEqual({})
    expect(await users.replaceAttributes('nobody', { from: {}, to: { a: 1 } })).toBeUndefined()
    expect(await users.replaceAttributes('nobody', { from: { a: 1 }, to: {} })).toBeUndefined()
  })

  test(`a user has the time of its creation and of its last login, ${where}`, async () => {
    const { users, database } = await open()
    const { id } = bob()
    await users.create({ ...bob(), id })
    expect(await users.byId(id)).toMatchObject({ createdAt: now })
    expect(await users.byId(id)).not.toHaveProperty('lastLoginAt')
    const pretend = (at: number) =>
      database.query('UPDATE service_user_times SET last_login_at = $1', [at])
    await users.noteLogin(id)
    expect(await users.byId(id)).toMatchObject({ createdAt: now, lastLoginAt: now })
    // Of two processes that found it due, the later one writes nothing.
    await pretend(now - 10)
    await users.noteLogin(id)
    expect(await users.byId(id)).toMatchObject({ lastLoginAt: now - 10 })
    await pretend(now - 3600)
    await users.noteLogin(id)
    expect((await users.list({ limit: 9 })).find((user) => user.id === id)).toMatchObject({
      lastLoginAt: now,
    })
  })

  test(`a removed user leaves no row, and what comes late writes none, ${where}`, async () => {
    const { users, database } = await open()
    const { id } = bob()
    await users.create({ ...bob(), id })
    await users.replaceAttributes(id, { from: {}, to: { level: 1 } })
    await users.remove(id)
    await users.remove(id)
    await users.noteLogin(id)
    await users.replaceAttributes(id, { from: {}, to: { level: 2 } })
    expect(await users.rename(id, 'late')).toBeUndefined()
    for (const table of ['service_users', 'service_user_times', 'service_user_attributes'])
      expect([table, await database.query(`SELECT * FROM ${table}`)]).toEqual([table, []])
  })

  test(`sessions whose access tokens are not refused yet stay until they are, ${where}`, async () => {
    const { users, database } = await open()
    const insert = (sid: string, ended: number | null, due: number | null) =>
      database.query(
        `INSERT INTO jotgate_families (id, sid, subject, client, scope, audience, generation, parent,
           created_at, rotated_at, absolute_expiry, idle_expiry, meta, ended_at, revocation_due)
         VALUES ($1, $1, 'bob-id', 'c', '', '[]', 0, -1, 1, 1, 2, 2, '{}', $2, $3)`,
        [sid, ended, due],
      )
    await insert('ended', 1, null)
    await insert('due', 1, 1)
    await insert('live', null, null)
    await users.remove('bob-id')
    const left = await database.query('SELECT sid FROM jotgate_families ORDER BY sid')
    expect(left.map(({ sid }) => sid)).toEqual(['due', 'live'])
  })
})

test('the user of a demo is neither renamed nor deleted, and her name is hers', async () => {
  const users = withDemoUser((await inSqlite()).users, 'of alice')
  await expect(users.remove(demoSubject)).rejects.toMatchObject({ code: 'DEMO_ACCOUNT' })
  await expect(users.rename(demoSubject, 'bob')).rejects.toMatchObject({ code: 'DEMO_ACCOUNT' })
  const { id } = bob()
  await users.create({ ...bob(), id })
  await expect(users.rename(id, 'Alice')).rejects.toThrow('already a user')
  const to = { level: 1 }
  expect(await users.replaceAttributes(demoSubject, { from: {}, to })).toMatchObject({
    attributes: to,
  })
  expect(await users.replaceAttributes(demoSubject, { from: {}, to })).toBeUndefined()
  await users.noteLogin(demoSubject)
  expect(await users.byId(demoSubject)).toHaveProperty('lastLoginAt')
})

test('a login is due an hour after the one that was written down', () => {
  expect(isLoginDue({}, now)).toBe(true)
  expect(isLoginDue({ lastLoginAt: now - 3599 }, now)).toBe(false)
  expect(isLoginDue({ lastLoginAt: now - 3600 }, now)).toBe(true)
})

test('a login is due where a clock that was ahead has written the last one', () => {
  expect(isLoginDue({ lastLoginAt: now + 1 }, now)).toBe(true)
  expect(isLoginDue({ lastLoginAt: now }, now)).toBe(false)
})

test('a deletion ends sessions before rows go and after it, and forgets twice', async () => {
  const done: string[] = []
  const step = (what: string) => () => Promise.resolve(done.push(what))
  const users = {
    remove: (id: string, also: readonly SqlStatement[] = []) => {
      done.push(`remove ${id}, ${also.map(({ text }) => text).join()}`)
      return Promise.resolve()
    },
  }
  const forget = [(id: string) => Promise.resolve(done.push(`forget ${id}`))]
  const also = (id: string) => [{ text: `note ${id}` }]
  await deleteUser({ users, user: { id: 'u' }, end: step('end'), forget, also })
  const round = ['end', 'forget u', 'remove u, note u']
  expect(done).toEqual([...round, ...round])
})

test('a store that cannot end sessions leaves the user as it was', async () => {
  const removed: string[] = []
  const users = { remove: (id: string) => Promise.resolve(removed.push(id)).then(() => undefined) }
  const end = () => Promise.reject(new Error('no store'))
  const deletion = { users, user: { id: 'u' }, end, forget: [], also: () => [] }
  await expect(deleteUser(deletion)).rejects.toThrow('no store')
  expect(removed).toEqual([])
})
