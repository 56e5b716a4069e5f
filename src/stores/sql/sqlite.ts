import { sqlStores, type SqlStores } from './sql-stores.js'
import { sqliteRevocations } from './sqlite-revocations.js'
import { sqliteDatabase, type SqliteClient } from './sqlite-database.js'

export { openSqlite, type OpenSqliteOptions } from './open-sqlite.js'
export { sqliteDatabase, type SqliteClient } from './sqlite-database.js'
export type { SqlStores } from './sql-stores.js'
export { migrate, type Schema, type SchemaVersion } from './migrate.js'
export type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './database.js'

/**
 * Sessions and revocations in one SQLite file (3.35 or later), for any number of processes on one machine. The file
 * contains no usable token: refresh tokens also need the service key.
 *
 * @example
 * const client = await openSqlite('data/auth.db')
 * const { sessions, revocations } = sqliteStores(client)
 */
export function sqliteStores(client: SqliteClient): SqlStores {
  return sqlStores(sqliteDatabase(client), {
    ...sqliteRevocations(),
    bytewise: 'COLLATE BINARY',
  })
}
