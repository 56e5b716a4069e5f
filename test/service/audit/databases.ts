import { join } from 'node:path'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { temporaryFolder } from '../running-service.js'

/** Opens an empty database of each kind; all are closed after the tests of the file. */
export function auditDatabases(): Readonly<Record<DatabaseKind, () => Promise<SqlDatabase>>> {
  const folder = temporaryFolder()
  const closing: (() => unknown)[] = []
  let postgres: PostgresServer
  let names = 0
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    for (const close of closing) await close()
    await postgres.stop()
    folder.remove()
  })
  return {
    SQLite: async () => {
      const client = await openSqlite(join(folder.path, `${String(names++)}.db`))
      closing.push(() => client.close())
      return sqliteDatabase(client)
    },
    PostgreSQL: async () => {
      const schema = `audit_${String(process.pid)}_${String(names++)}`
      const client = new Client(postgres.url)
      await client.connect()
      await client.query(`CREATE SCHEMA ${schema}`)
      await client.end()
      const pool = new Pool({ connectionString: postgres.url, max: 5 })
      closing.push(() => pool.end())
      return postgresDatabase(pool, { schema, deadlineMs: 10_000 })
    },
  }
}

/** The kinds of {@link auditDatabases}. */
export const databaseKinds = ['SQLite', 'PostgreSQL'] as const

/** One of {@link databaseKinds}. */
export type DatabaseKind = (typeof databaseKinds)[number]
