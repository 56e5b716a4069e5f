import { AuthError } from '../../core/errors.js'
import type { SqlDatabase, SqlRow, SqlValue } from './database.js'

/** The part of an open SQLite file that is used: `DatabaseSync` of node:sqlite and `Database` of libsql have it. */
export interface SqliteClient {
  prepare(text: string): { all(...params: SqlValue[]): unknown[] }
  exec(text: string): unknown
  close(): unknown
}

/**
 * An open SQLite file as {@link SqlDatabase}, for a program's own tables beside the stores'. Each call runs at once and
 * blocks the process meanwhile.
 *
 * @example const users = await sqliteDatabase(client).query('SELECT id FROM users WHERE name = $1', [name])
 */
export function sqliteDatabase(client: SqliteClient): SqlDatabase {
  const statements = new Map<string, ReturnType<SqliteClient['prepare']>>()

  const run = (text: string, params: readonly SqlValue[] = []): readonly SqlRow[] => {
    // node:sqlite takes `$1` for a name; `?1` is a number in both.
    const statement = statements.get(text) ?? client.prepare(text.replace(/\$(?=\d)/g, '?'))
    statements.set(text, statement)
    return statement.all(...params).map(toRow)
  }

  return {
    query: (text, params) => attempt(() => run(text, params)),
    batch: (batch) =>
      attempt(() => {
        client.exec('BEGIN IMMEDIATE')
        try {
          for (const { text, params } of batch) run(text, params)
          client.exec('COMMIT')
        } catch (error) {
          client.exec('ROLLBACK')
          throw error
        }
      }),
  }
}

/** What SQLite has against it, a lock held for too long among it, is a store that did not answer. */
function attempt<T>(step: () => T): Promise<T> {
  try {
    return Promise.resolve(step())
  } catch (cause) {
    return Promise.reject(new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause }))
  }
}

/** libsql adds a member of its own to every row. */
function toRow(row: unknown): SqlRow {
  const columns = { ...(row as Record<string, unknown>) } // drivers give one object a row
  delete columns['_metadata']
  return columns
}
