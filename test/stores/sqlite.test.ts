import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import {
  migrate,
  openSqlite,
  sqliteDatabase,
  sqliteStores,
  type SqliteClient,
} from '../../src/stores/sql/sqlite.js'
import { sampleSession, sampleRequest, start } from '../../src/testkit/sample-session.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-sqlite-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
let files = 0
/** The class of the driver that `openSqlite` finds here. */
async function findDriver(): Promise<{ readonly prototype: Pick<SqliteClient, 'exec'> }> {
  const builtIn = await import('node:sqlite').catch(() => undefined)
  return builtIn?.DatabaseSync ?? (await import('libsql')).default
}

const newPath = (): string => join(folder, `${String(files++)}.db`)

describe('an SQLite file', () => {
  test('an SQLite file keeps sessions and revocations when it is closed and opened again', async () => {
    const path = newPath()
    const client = await openSqlite(path)
    const before = sqliteStores(client)
    const session = sampleSession()
    const entry = { kind: 'sid', issuer: 'a', value: 's', expiresAt: start } as const
    await before.sessions.create(session)
    await before.sessions.rotate(sampleRequest(session))
    await before.revocations.add([entry])
    client.close()
    const after = sqliteStores(await openSqlite(path))
    expect((await after.sessions.find(session.id))?.generation).toBe(1)
    expect(await after.revocations.find([entry])).toEqual([entry])
  })

  test('an SQLite file is opened for crash safety: WAL and synchronous = FULL', async () => {
    const database = sqliteDatabase(await openSqlite(newPath()))
    expect(await database.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
    expect(await database.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
  })

  test('an SQLite file that openSqlite opens never blocks for a lock, even if its driver waits by default', async () => {
    const { prototype } = await findDriver()
    const { exec } = prototype
    // As another release of the driver may open it: the default of today's is 0, which proves nothing.
    const opening = vi.spyOn(prototype, 'exec').mockImplementationOnce(function (
      this: SqliteClient,
      text: string,
    ) {
      exec.call(this, 'PRAGMA busy_timeout = 5000')
      return exec.call(this, text)
    })
    const database = sqliteDatabase(await openSqlite(newPath()))
    expect(opening).toHaveBeenCalled()
    opening.mockRestore()
    expect(await database.query('PRAGMA busy_timeout')).toEqual([{ timeout: 0 }])
  })

  test('an SQLite file shows to one opener at once what another has written', async () => {
    const path = newPath()
    const [one, other] = [
      sqliteStores(await openSqlite(path)),
      sqliteStores(await openSqlite(path)),
    ]
    const session = sampleSession()
    await one.sessions.create(session)
    expect(await other.sessions.find(session.id)).toEqual(session)
    await other.sessions.end(session.id, start)
    expect((await one.sessions.rotate(sampleRequest(session))).kind).toBe('ended')
  })

  test('an SQLite file that is locked for too long is a store that did not answer, and nothing has happened', async () => {
    const path = newPath()
    const client = await openSqlite(path, { busyTimeoutMs: 20 })
    const { sessions } = sqliteStores(client)
    const session = sampleSession()
    await sessions.create(session)
    const holder = await openSqlite(path)
    holder.exec('BEGIN IMMEDIATE')
    await expect(sessions.rotate(sampleRequest(session))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      status: 503,
    })
    holder.exec('ROLLBACK')
    expect((await sessions.rotate(sampleRequest(session))).kind).toBe('rotated')
  })

  test('an SQLite file that cannot be opened is refused without its content or path in the message', async () => {
    const opening = openSqlite(join(folder, 'no-such-folder', 'x.db'))
    await expect(opening).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(opening).rejects.toThrow(/^the store did not answer in time$/)
  })

  test('an SQLite file refuses unknown options', async () => {
    const opening = openSqlite(newPath(), { timeout: 5 } as object)
    await expect(opening).rejects.toBeInstanceOf(ConfigError)
  })
})

describe('the database beside the stores', () => {
  test("the database beside the stores runs a program's own statements, with $n wherever and however often", async () => {
    const database = sqliteDatabase(await openSqlite(':memory:'))
    await database.query('CREATE TABLE users (name TEXT PRIMARY KEY, age BIGINT)')
    await database.query('INSERT INTO users (age, name) VALUES ($2, $1)', ['ann', 7])
    const rows = await database.query('SELECT $1 AS asked, name, age FROM users WHERE name = $1', [
      'ann',
    ])
    expect(rows).toEqual([{ asked: 'ann', name: 'ann', age: 7 }])
  })

  test('the database beside the stores runs a batch whole or not at all', async () => {
    const database = sqliteDatabase(await openSqlite(':memory:'))
    await database.query('CREATE TABLE users (name TEXT PRIMARY KEY)')
    const insert = { text: 'INSERT INTO users VALUES ($1)', params: ['ann'] }
    await expect(database.batch([insert, insert])).rejects.toBeInstanceOf(AuthError)
    expect(await database.query('SELECT * FROM users')).toEqual([])
    await database.batch([insert])
    expect(await database.query('SELECT * FROM users')).toEqual([{ name: 'ann' }])
  })
})

describe('migrations', () => {
  const adds = 'a thing'
  const versions = [
    {
      adds,
      statements: [
        'CREATE TABLE things (id TEXT PRIMARY KEY)',
        "INSERT INTO things VALUES ('first')",
      ],
    },
    { adds, statements: ["INSERT INTO things VALUES ('second')"] },
    { adds, statements: ["INSERT INTO things VALUES ('third')"] },
  ]

  test('migrations go forward by number, each once, whatever was there', async () => {
    const database = sqliteDatabase(await openSqlite(':memory:'))
    await migrate(database, { part: 'things', versions: versions.slice(0, 1) })
    await migrate(database, { part: 'things', versions })
    await migrate(database, { part: 'things', versions })
    expect(await database.query('SELECT id FROM things ORDER BY id')).toEqual([
      { id: 'first' },
      { id: 'second' },
      { id: 'third' },
    ])
  })

  test('of two migrations that start at once both succeed, and every step is made once', async () => {
    const path = newPath()
    const open = async () => sqliteDatabase(await openSqlite(path))
    const databases = [await open(), await open(), await open()]
    await Promise.all(databases.map((each) => migrate(each, { part: 'things', versions })))
    const [first] = databases
    expect(await first?.query('SELECT COUNT(*) AS count FROM things')).toEqual([{ count: 3 }])
  })

  test('migrations that fail leave the version before, and are tried again', async () => {
    const database = sqliteDatabase(await openSqlite(':memory:'))
    const half = ["INSERT INTO things VALUES ('half')", 'NONSENSE']
    const broken = [...versions.slice(0, 1), { adds, statements: half }]
    await expect(migrate(database, { part: 'things', versions: broken })).rejects.toBeInstanceOf(
      AuthError,
    )
    await migrate(database, { part: 'things', versions })
    expect(await database.query('SELECT COUNT(*) AS count FROM things')).toEqual([{ count: 3 }])
  })

  test('migrations leave a database that is one version ahead as it is', async () => {
    const database = sqliteDatabase(await openSqlite(':memory:'))
    await migrate(database, { part: 'things', versions })
    const schema = 'SELECT version FROM jotgate_schema ORDER BY version'
    const before = await database.query(schema)
    await migrate(database, { part: 'things', versions: versions.slice(0, 2) })
    expect(await database.query(schema)).toEqual(before)
    expect(before).toHaveLength(3)
  })

  test('migrations refuse a database two versions ahead, and say which part, which versions, what to start', async () => {
    const database = sqliteDatabase(await openSqlite(':memory:'))
    await migrate(database, { part: 'things', versions })
    const older = migrate(database, { part: 'things', versions: versions.slice(0, 1) })
    await expect(older).rejects.toMatchObject({ name: 'ConfigError', option: 'things' })
    await expect(older).rejects.toThrow(
      /^things: the database holds version 3 .* knows version 1 and tolerates the next one: start the release/,
    )
  })

  test('migrations of one part are judged without regard to another part', async () => {
    const database = sqliteDatabase(await openSqlite(':memory:'))
    await migrate(database, { part: 'things', versions })
    await migrate(database, { part: 'others', versions: [] })
    await expect(migrate(database, { part: 'things', versions: [] })).rejects.toThrow(/^things: /)
  })
})

test.each([
  ['statements alone', ['CREATE TABLE own (id TEXT)']],
  ['a misspelt name', { adds: 'a table', statments: ['CREATE TABLE own (id TEXT)'] }],
])('migrate refuses a version that is %s, and records nothing', async (_, version) => {
  const database = sqliteDatabase(await openSqlite(':memory:'))
  const schema = { part: 'own', versions: [version] } as never
  await expect(migrate(database, schema)).rejects.toThrow(ConfigError)
  const tables = await database.query("SELECT name FROM sqlite_master WHERE type = 'table'")
  expect(tables).toEqual([])
})
