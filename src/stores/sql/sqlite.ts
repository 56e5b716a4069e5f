import { sqlStores, type SqlStores } from './sql-stores.js'
import { sqliteRevocations } from './sqlite-revocations.js'
import type { SqlDatabase } from './database.js'
import { requireSqlite } from './given-database.js'
import { openedDatabase, type SqliteClient } from './sqlite-database.js'

export { openSqlite, type OpenSqliteOptions } from './open-sqlite.js'
export type { SqliteClient } from './sqlite-database.js'
export type { SqlStores } from './sql-stores.js'
export { sqlKeys } from './keys.js'
export { migrate, type Schema, type SchemaVersion } from './migrate.js'
export type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './database.js'

/**
 * An open SQLite file as {@link SqlDatabase}, for a program's own tables next to the stores'. Each attempt runs
 * synchronously and blocks the process for as long as the disk takes. While another process holds the lock, the call is
 * retried for `busyTimeoutMs` of the client without blocking; then it rejects with STORE_UNAVAILABLE and has had no
 * effect. A client that is not from `openSqlite` must set `PRAGMA busy_timeout = 0`, or it blocks anyway.
 *
 * @throws ConfigError for anything else than an open file
 * @example const users = await sqliteDatabase(client).query('SELECT id FROM users WHERE name = $1', [name])
 */
export function sqliteDatabase(client: SqliteClient): SqlDatabase {
  requireSqlite('sqliteDatabase', client)
  return openedDatabase(client)
}

/**
 * Sessions and revocations in one SQLite file (3.35 or later), for any number of processes on one machine. The file
 * contains no usable token: refresh tokens also need the service key.
 *
 * @throws ConfigError for anything else than an open file
 * @example
 * const client = await openSqlite('data/auth.db')
 * const { sessions, revocations } = sqliteStores(client)
 */
export function sqliteStores(client: SqliteClient): SqlStores {
  requireSqlite('sqliteStores', client)
  return sqlStores(openedDatabase(client), {
    ...sqliteRevocations(),
    bytewise: 'COLLATE BINARY',
  })
}
