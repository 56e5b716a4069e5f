import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withDemoUser } from '../../../apps/auth-service/src/users/demo-user.js'
import { createSqlUsers } from '../../../apps/auth-service/src/users/sql-users.js'
import { newUser, type User, type Users } from '../../../apps/auth-service/src/users/users.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-users-'))
let postgres: PostgresServer
let pool: pg.Pool
let file: Awaited<ReturnType<typeof openSqlite>>
const rooms = new Map<string, Users>()

beforeAll(async () => {
  postgres = await startPostgres()
  pool = new pg.Pool({ connectionString: postgres.url })
  file = await openSqlite(join(folder, 'users.db'))
  rooms.set('SQLite', await createSqlUsers(sqliteDatabase(file)))
  const schema = `users_${String(process.pid)}`
  await pool.query(`CREATE SCHEMA ${schema}`)
  rooms.set(
    'PostgreSQL',
    await createSqlUsers(postgresDatabase(pool, { schema, deadlineMs: 10_000 })),
  )
  const other = await openSqlite(':memory:')
  const stored = await createSqlUsers(sqliteDatabase(other))
  rooms.set('a demo', withDemoUser(stored, 'of alice'))
  for (const users of rooms.values())
    for (const name of names) await users.create(withNames(name, `${name} Öztürk`))
})
afterAll(async () => {
  await pool.end()
  await postgres.stop()
  file.close()
  rmSync(folder, { recursive: true, force: true })
})

const names = ['bob', 'carol', 'dave', 'erin', 'under_score', 'z%']

function withNames(username: string, displayName: string): User {
  const user = newUser({ username, passwordHash: `hash of ${username}`, roles: ['user', 'editor'] })
  return { ...user, displayName, email: `${username}@Mail.example` }
}

describe.each(['SQLite', 'PostgreSQL', 'a demo'])('users in %s', (kind) => {
  const room = (): Users => {
    const users = rooms.get(kind)
    if (!users) throw new Error('was not opened')
    return users
  }
  const usersOf = async (query: Partial<Parameters<Users['list']>[0]>) =>
    (await room().list({ limit: 50, ...query })).map(({ username }) => username)
  const stored = kind === 'a demo' ? ['alice', ...names] : names

  test('users are found by name without regard to capitals, and by id', async () => {
    const bob = await room().byUsername('BOB')
    expect(bob).toMatchObject({ username: 'bob', roles: ['user', 'editor'], disabled: false })
    expect(await room().byId(bob?.id ?? '')).toEqual(bob)
  })

  test('users are listed page by page, each once', async () => {
    const seen: string[] = []
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await usersOf({ after, limit: 2 })
      seen.push(...page)
      if (page.length < 2) break
    }
    expect(seen).toEqual(stored)
    expect(await usersOf({ after: 'zz' })).toEqual([])
  })

  test('users are searched by parts of their names, whatever stands in them', async () => {
    expect(await usersOf({ search: 'RO' })).toEqual(['carol'])
    expect(await usersOf({ search: 'ERIN Özt' })).toEqual(['erin'])
    expect(await usersOf({ search: 'dave@mail' })).toEqual(['dave'])
    expect(await usersOf({ search: '_' })).toEqual(['under_score'])
    expect(await usersOf({ search: '%' })).toEqual(['z%'])
    for (const search of ['\\', "'", '$1', 'b\0b', '\ud800'])
      expect([search, await usersOf({ search })]).toEqual([search, []])
    expect(await usersOf({ search: 'o', after: 'bob', limit: 1 })).toEqual(['carol'])
  })

  test('users are disabled, enabled and given roles, one at a time', async () => {
    const dave = await room().byUsername('dave')
    const id = dave?.id ?? ''
    expect(await room().setDisabled(id, true)).toEqual({ ...dave, disabled: true })
    expect((await room().byUsername('dave'))?.disabled).toBe(true)
    expect((await room().byUsername('erin'))?.disabled).toBe(false)
    expect(await room().setDisabled(id, false)).toEqual(dave)
    const from = dave?.roles ?? []
    const given = await room().replaceRoles(id, { from, to: ['admin'] })
    expect(given).toEqual({ ...dave, roles: ['admin'] })
    expect((await room().replaceRoles(id, { from: ['admin'], to: [] }))?.roles).toEqual([])
    expect((await room().byUsername('dave'))?.roles).toEqual([])
    expect((await room().byUsername('erin'))?.roles).toEqual(['user', 'editor'])
  })

  test('users have a role by its whole name only, and while they are not disabled', async () => {
    const having = await Promise.all(
      ['editor', 'user', 'edit', 'EDITOR', '%', 'itor user'].map((role) => room().anyWith(role)),
    )
    expect(having).toEqual([true, true, false, false, false, false])
    const { id } = (await room().byUsername('carol')) ?? { id: '' }
    await room().replaceRoles(id, { from: ['user', 'editor'], to: ['only-hers'] })
    expect(await room().anyWith('only-hers')).toBe(true)
    await room().setDisabled(id, true)
    expect(await room().anyWith('only-hers')).toBe(false)
    await room().setDisabled(id, false)
    expect(await room().anyWith('admin')).toBe(kind === 'a demo')
  })

  test('users that are not there are not changed', async () => {
    expect(await room().setDisabled('nobody', true)).toBeUndefined()
    expect(await room().replaceRoles('nobody', { from: [], to: ['admin'] })).toBeUndefined()
    expect(await room().changeProfile('nobody', { email: 'a@b.example' })).toBeUndefined()
    for (const name of ['nobody', 'b\0b', 'bob\0', '\ud800', '', "' OR ''='"])
      expect([name, await room().byUsername(name)]).toEqual([name, undefined])
  })

  test('two changes of a profile at once are both kept when they change different fields', async () => {
    const bob = await room().byUsername('bob')
    const id = bob?.id ?? ''
    const [displayName, email] = ['Robert', 'robert@b.example']
    await Promise.all([{ displayName }, { email }].map((each) => room().changeProfile(id, each)))
    expect(await room().byUsername('bob')).toMatchObject({ displayName, email })
    const before = { displayName: bob?.displayName, email: bob?.email }
    expect(await room().changeProfile(id, before)).toEqual(bob)
  })

  test('users do not share a name', async () => {
    const first = stored[0] ?? ''
    await expect(room().create(withNames(first.toUpperCase(), 'another'))).rejects.toThrow('name')
    expect(await usersOf({})).toEqual(stored)
  })

  test('users take new roles only in the place of those that were read', async () => {
    const id = (await room().byUsername('bob'))?.id ?? ''
    const from = ['user', 'editor']
    const both = [['first'], ['second']].map((to) => room().replaceRoles(id, { from, to }))
    const changed = (await Promise.all(both)).filter((each) => each !== undefined)
    expect(changed).toHaveLength(1)
    expect((await room().byId(id))?.roles).toEqual(changed[0]?.roles)
    expect(await room().replaceRoles(id, { from, to: [] })).toBeUndefined()
  })

  test('users take a new hash only in the place of the one that was checked', async () => {
    const id = (await room().byUsername('erin'))?.id ?? ''
    const change = { from: 'hash of erin', to: 'another' }
    expect(await Promise.all([1, 2].map(() => room().replaceHash(id, change)))).toContain(true)
    expect(await room().replaceHash(id, change)).toBe(false)
    expect((await room().byUsername('erin'))?.passwordHash).toBe('another')
  })
})

test('alice of the demo changes like any user, and hides a stored user of her name', async () => {
  const file = await openSqlite(':memory:')
  const stored = await createSqlUsers(sqliteDatabase(file))
  await stored.create(withNames('alice', 'Stored'))
  const users = withDemoUser(stored, 'of alice')
  expect(await users.list({ limit: 5 })).toMatchObject([{ id: 'demo:alice', roles: ['admin'] }])
  expect(await users.setDisabled('demo:alice', true)).toMatchObject({ disabled: true })
  const roles = { from: ['admin'], to: ['user'] }
  expect(await users.replaceRoles('demo:alice', roles)).toMatchObject({ roles: ['user'] })
  expect(await users.replaceRoles('demo:alice', roles)).toBeUndefined()
  expect(await users.byUsername('ALICE')).toMatchObject({ disabled: true, roles: ['user'] })
  expect(await stored.byUsername('alice')).toMatchObject({ disabled: false, displayName: 'Stored' })
  file.close()
})
