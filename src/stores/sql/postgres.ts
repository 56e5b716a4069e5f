import { readOptions } from '../../foundation/options.js'
import { postgresTable, type PostgresOptions } from './postgres-options.js'
import type { SqlDatabase } from './database.js'
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
export { migrate, type Schema, type SchemaVersion } from './migrate.js'
export type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './database.js'

/**
 * A pool of `pg` as {@link SqlDatabase}, for a program's own tables beside the stores'. BIGINT columns come as numbers
 * where a number holds them exactly.
 *
 * @throws ConfigError for options that are not known
 * @example await postgresDatabase(pool).query('SELECT id FROM users WHERE name = $1', [name])
 */
export function postgresDatabase(pool: PostgresPool, options: PostgresOptions = {}): SqlDatabase {
  return limitedDatabase(pool, readOptions('postgresDatabase', postgresTable, options))
}

/**
 * Sessions, revocations and key rings in PostgreSQL 12 or later, for any number of processes. Give it a `Pool` of its
 * own, with a listener for `error`: on each of the pool's connections `statement_timeout` becomes the deadline. Each open
 * feed of revocations keeps one of its connections for itself, and must be closed before `pool.end()` can end. At how many standbys a revocation must be confirmed is
 * the server's `synchronous_commit` and `synchronous_standby_names`; these stores do not change them.
 *
 * Not for: PgBouncer in transaction mode, which gives a connection's settings and prepared statements to somebody else.
 *
 * @throws ConfigError for options that are not known
 * @example const { sessions, revocations, keys } = postgresStores(new Pool({ connectionString }), { schema: 'auth' })
 */
export function postgresStores(pool: PostgresPool, options: PostgresOptions = {}): SqlStores {
  const values = readOptions('postgresStores', postgresTable, options)
  const { schema } = values
  const revocations = postgresRevocations(pool, values)
  return sqlStores(
    limitedDatabase(pool, values),
    revocations,
    schema === undefined ? [] : [createSchema(schema)],
  )
}

function createSchema(schema: string): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`
}
