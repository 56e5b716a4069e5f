import { hashSync } from '@node-rs/bcrypt'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createSqlSource,
  type SqlSourceParts,
} from '../../../../apps/auth-service/src/users/source/sql-source.js'
import { checkHash } from '../../../../apps/auth-service/src/users/hashing/check-hash.js'
import type { SqlDatabase } from '../../../../src/stores/sql/database.js'
import { postgresDatabase } from '../../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase } from '../../../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../../../setup/postgres.js'

const schema = `shop_${String(process.pid)}`
let postgres: PostgresServer
let pool: pg.Pool
let database: SqlDatabase
/** Hashes that passwords were compared with. */
let compared: (string | undefined)[] = []

const bcrypt = hashSync('quiet river', { cost: 4 })
const always = { id: 'no', username: 'Login', passwordHash: 'pass' }
const columns = {
  ...always,
  email: 'mail',
  displayName: 'full_name',
  roles: 'roles',
  enabled: 'active',
}
const table: SqlSourceParts['table'] = {
  name: `${schema}.customers`,
  columns,
  roleSeparator: undefined,
  caseInsensitive: false,
}

beforeAll(async () => {
  postgres = await startPostgres()
  pool = new pg.Pool({ connectionString: postgres.url })
  database = postgresDatabase(pool, { deadlineMs: 10_000 })
  await pool.query(`CREATE SCHEMA ${schema}`)
  await pool.query(`CREATE TABLE ${schema}.customers (no BIGINT PRIMARY KEY, "Login" TEXT NOT NULL,
    pass TEXT, mail TEXT, full_name TEXT, roles TEXT[], role_text TEXT, role_json JSONB, active BOOLEAN,
    gone TIMESTAMPTZ, flag INT)`)
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
  await postgres.stop()
})
beforeEach(async () => {
  compared = []
  await pool.query(`TRUNCATE ${schema}.customers`)
  await insert({ no: 7, Login: 'Bob', pass: bcrypt })
})

async function insert(row: Readonly<Record<string, unknown>>): Promise<void> {
  const usual = { mail: 'bob@example.com', full_name: 'Bob B.', roles: ['editor'], active: true }
  const all = { ...usual, ...row }
  const names = Object.keys(all).map((name) => `"${name}"`)
  const places = names.map((_, at) => `$${String(at + 1)}`)
  const text = `INSERT INTO ${schema}.customers (${names.join()}) VALUES (${places.join()})`
  await pool.query(text, Object.values(all))
}

const set = (change: string, values: readonly unknown[] = []) =>
  pool.query(`UPDATE ${schema}.customers SET ${change}`, [...values])

const open = (
  changes: Partial<SqlSourceParts['table']> = {},
  from: Pick<SqlDatabase, 'query'> = database,
) =>
  createSqlSource({
    table: { ...table, ...changes },
    database: from,
    passwords: {
      check: (password, hash) => {
        compared.push(hash)
        return Promise.resolve(hash !== undefined && checkHash(password, hash))
      },
    },
  })

const unavailable = { code: 'STORE_UNAVAILABLE' }

describe('a table of users in PostgreSQL', () => {
  test('a table of users is used as it is, with its bcrypt hashes', async () => {
    const source = await open()
    const bob = await source.find('Bob')
    expect(bob).toEqual({
      id: '7',
      username: 'Bob',
      passwordHash: bcrypt,
      email: 'bob@example.com',
      displayName: 'Bob B.',
      roles: ['editor'],
      disabled: false,
    })
    expect(await source.load('7')).toEqual(bob)
    expect(await source.checkPassword(bob, 'quiet river')).toBe(true)
    expect(await source.checkPassword(bob, 'loud river')).toBe(false)
    for (const name of ['bob', 'Bo', '', 'Bob\0', "' OR 1=1 --"])
      expect(await source.find(name)).toBeUndefined()
    for (const id of ['8', 'seven', '7; DROP', '', '9'.repeat(40), '07', ' 7', '+7', '7 '])
      expect([id, await source.load(id)]).toEqual([id, undefined])
  })

  test('an unknown name, and a hash that cannot be checked, are compared with a hash of the table', async () => {
    const source = await open()
    expect(await source.checkPassword(undefined, 'quiet river')).toBe(false)
    for (const pass of [null, '', 'md5:0123', 'plain text']) {
      await set('pass = $1', [pass])
      expect(await source.checkPassword(await source.find('Bob'), 'quiet river')).toBe(false)
    }
    expect(compared).toEqual(Array(5).fill(bcrypt))
  })

  test('names without case find the user, and of several the one that is written so', async () => {
    const source = await open({ caseInsensitive: true })
    expect((await source.find('BOB'))?.id).toBe('7')
    await insert({ no: 8, Login: 'bob', pass: bcrypt })
    expect((await source.find('bob'))?.id).toBe('8')
    await expect(source.find('BOB')).rejects.toMatchObject(unavailable)
  })

  test('roles are read from an array, from JSON and from text with a separator', async () => {
    await set('role_text = $1, role_json = $2', [' admin, editor,,', '["admin","editor"]'])
    const rolesOf = async (roles: string, roleSeparator?: string) => {
      const source = await open({ columns: { ...columns, roles }, roleSeparator })
      return (await source.find('Bob'))?.roles
    }
    expect(await rolesOf('role_text', ',')).toEqual(['admin', 'editor'])
    expect(await rolesOf('role_json')).toEqual(['admin', 'editor'])
    await expect(rolesOf('role_text')).rejects.toMatchObject(unavailable)
    await set(`role_text = '["admin"]'`)
    expect(await rolesOf('role_text')).toEqual(['admin'])
  })

  test('a user is disabled by what is set, and enabled by nothing but what is true', async () => {
    const isDisabled = async (by: object, change: string) => {
      await set(change)
      return (await (await open({ columns: { ...always, ...by } })).load('7'))?.disabled
    }
    const cases: readonly [by: object, column: string, values: Record<string, boolean>][] = [
      [{ enabled: 'active' }, 'active', { NULL: true, false: true, true: false }],
      [{ enabled: 'flag' }, 'flag', { NULL: true, 0: true, 1: false, 2: true }],
      [{ disabled: 'active' }, 'active', { NULL: false, false: false, true: true }],
      [{ disabled: 'gone' }, 'gone', { NULL: false, 'now()': true }],
      [{ disabled: 'flag' }, 'flag', { NULL: false, 0: false, 1: true, '-1': true }],
      [{ disabled: 'role_text' }, 'role_text', { NULL: false, "'no'": false, "'2026'": true }],
    ]
    for (const [by, column, values] of cases)
      for (const [value, expected] of Object.entries(values)) {
        const found = await isDisabled(by, `${column} = ${value}`)
        expect([column, value, found]).toEqual([column, value, expected])
      }
  })

  test('a row whose id cannot be a subject of tokens is refused', async () => {
    const source = await open({ columns: { ...columns, id: 'mail' } })
    for (const id of ['demo:alice', 'client-1', '', 'x'.repeat(65)]) {
      await set('mail = $1', [id])
      await expect(source.find('Bob')).rejects.toMatchObject(unavailable)
    }
  })

  test('a table or a column that is missing is named when the source is opened', async () => {
    await expect(open({ name: `${schema}.clients` })).rejects.toThrow(
      `users.table.name: the table ${schema}.clients cannot be read`,
    )
    await expect(open({ name: 'no_such_schema.customers' })).rejects.toThrow('users.table.name')
    await expect(open({ columns: { ...columns, email: 'e_mail' } })).rejects.toThrow(
      `users.table.email: the table ${schema}.customers has no column e_mail that can be read`,
    )
    await expect(open({ name: 'customers"; DROP TABLE x --' })).rejects.toThrow('users.table')
  })

  test('a table that can no longer be read is a fault of the store, and no unknown user', async () => {
    const source = await open()
    await pool.query(`ALTER TABLE ${schema}.customers RENAME TO hidden`)
    await expect(source.find('Bob')).rejects.toMatchObject(unavailable)
    await expect(source.load('7')).rejects.toMatchObject(unavailable)
    await pool.query(`ALTER TABLE ${schema}.hidden RENAME TO customers`)
  })
})

test('a table in SQLite is used too, where the name of a missing column is no text', async () => {
  const file = await openSqlite(':memory:')
  const inFile = sqliteDatabase(file)
  await inFile.query(
    'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, hash TEXT, off INTEGER)',
  )
  await inFile.query('INSERT INTO people VALUES (1, $1, $2, 0)', ['bob', bcrypt])
  const described = {
    name: 'people',
    columns: { id: 'id', username: 'name', passwordHash: 'hash', disabled: 'off' },
  }
  const source = await open(described, inFile)
  const bob = await source.find('bob')
  expect(bob).toMatchObject({ id: '1', roles: [], displayName: 'bob', disabled: false })
  expect(await source.checkPassword(bob, 'quiet river')).toBe(true)
  const missing = { ...described, columns: { ...described.columns, email: 'mail' } }
  await expect(open(missing, inFile)).rejects.toThrow('users.table.email')
  file.close()
})
