import { readOptions } from '../../foundation/options.js'
import { postgresTable, type PostgresOptions } from './postgres-options.js'
import type { SqlDatabase } from './database.js'
import { requirePool } from './given-database.js'
import {
  postgresDatabase as limitedDatabase,
  quoteName,
  type PostgresPool,
} from './postgres-database.js'
import { postgresRevocations } from './postgres-revocations.js'
import { sqlStores, type SqlStores } from './sql-stores.js'

export type { PostgresOptions } from './postgres-options.js'
export type { PostgresClient, PostgresPool, PostgresResult } from './postgres-database.js'
export type { SqlStores } from './sql-stores.js'
export { sqlKeys } from './keys.js'
export { migrate, type Schema, type SchemaVersion } from './migrate.js'
export type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './database.js'

/**
 * A pool of `pg` as {@link SqlDatabase}, for a program's own tables next to the stores'. BIGINT columns are returned as
 * numbers if these are exact.
 *
 * @throws ConfigError for anything else than a pool, and for unknown options
 * @example await postgresDatabase(pool).query('SELECT id FROM users WHERE name = $1', [name])
 */
export function postgresDatabase(pool: PostgresPool, options: PostgresOptions = {}): SqlDatabase {
  requirePool('postgresDatabase', pool)
  return limitedDatabase(pool, readOptions('postgresDatabase', postgresTable, options))
}

/**
 * Sessions, revocations and key rings in PostgreSQL 12 or later, for any number of processes. Give it a separate `Pool`
 * (listen for its `error` to log lost connections): each connection of the pool gets the deadline as its `statement_timeout`. Each open feed
 * of revocations keeps one connection, and must be closed before `pool.end()` can finish. The server's
 * `synchronous_commit` and `synchronous_standby_names` decide how many standbys must confirm a revocation; these stores
 * do not change them.
 *
 * Not for: PgBouncer in transaction mode, which passes a connection's settings and prepared statements to other
 * clients.
 *
 * @throws ConfigError for anything else than a pool, and for unknown options
 * @example const { sessions, revocations, keys } = postgresStores(new Pool({ connectionString }), { schema: 'auth' })
 */
export function postgresStores(pool: PostgresPool, options: PostgresOptions = {}): SqlStores {
  requirePool('postgresStores', pool)
  const values = readOptions('postgresStores', postgresTable, options)
  const { schema } = values
  const revocations = postgresRevocations(pool, values)
  return sqlStores(
    limitedDatabase(pool, values),
    { ...revocations, bytewise: 'COLLATE "C"' },
    schema === undefined ? [] : [createSchema(schema)],
  )
}

function createSchema(schema: string): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`
}
