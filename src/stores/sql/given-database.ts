import { hasMethods, listenForErrors, wrongClient } from '../given-client.js'
import type { PostgresPool } from './postgres-database.js'
import type { SqliteClient } from './sqlite-database.js'

/**
 * Refuses anything but an open SQLite file.
 *
 * @throws ConfigError
 * @example requireSqlite('sqliteStores', client)
 */
export function requireSqlite(factory: string, client: SqliteClient): void {
  const write = `${factory}(await openSqlite('app.db'))`
  const wanted = { factory, what: 'an open SQLite file', write }
  if (!hasMethods(client, ['prepare', 'exec'])) throw wrongClient(wanted, client)
  // It has the same methods, but takes no numbered parameters, and no `all` of a statement that writes.
  if ('defaultSafeIntegers' in client && !('sync' in client))
    throw wrongClient(wanted, client, 'and the Database of better-sqlite3 cannot be one')
}

/**
 * Refuses anything but a `Pool` of `pg`, and listens for the errors of its idle connections.
 *
 * @throws ConfigError
 * @example requirePool('postgresStores', pool)
 */
export function requirePool(factory: string, pool: PostgresPool): void {
  const write = `${factory}(new Pool({ connectionString }))`
  const wanted = { factory, what: 'a Pool of pg', write }
  if (!hasMethods(pool, ['connect'])) throw wrongClient(wanted, pool)
  if (hasMethods(pool, ['escapeIdentifier']))
    throw wrongClient(wanted, pool, 'and a Client is a single connection')
  listenForErrors(pool)
}
