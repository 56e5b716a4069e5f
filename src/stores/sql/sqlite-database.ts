import { AuthError } from '../../foundation/errors.js'
import { whileBusy } from './busy.js'
import type { SqlDatabase, SqlRow, SqlValue } from './database.js'

/** The part of an open SQLite file that is used: `DatabaseSync` of node:sqlite and `Database` of libsql have it. */
export interface SqliteClient {
  prepare(text: string): { all(...params: SqlValue[]): unknown[] }
  exec(text: string): unknown
  close(): unknown
  /** How long a write is retried while another process holds the lock, in milliseconds. Default 250. */
  readonly busyTimeoutMs?: number
}

/** Milliseconds. Every caller of a store has its own, longer deadline. */
export const busyTimeoutDefault = 250

/** A checked client as {@link SqlDatabase}: see `sqliteDatabase`, which applications call. */
export function openedDatabase(client: SqliteClient): SqlDatabase {
  const statements = new Map<string, ReturnType<SqliteClient['prepare']>>()

  const run = (text: string, params: readonly SqlValue[] = []): readonly SqlRow[] => {
    // node:sqlite treats `$1` as a name; `?1` is a number in both drivers.
    const statement = statements.get(text) ?? client.prepare(text.replace(/\$(?=\d)/g, '?'))
    statements.set(text, statement)
    return statement.all(...params).map(toRow)
  }

  const runAlone = (text: string, params?: readonly SqlValue[]): readonly SqlRow[] => {
    if (writes.test(text)) return transact(client, () => run(text, params))
    if (!changesSchema.test(text) || params !== undefined) return run(text, params)
    client.exec(text)
    return []
  }

  const attempt = async <T>(step: () => T): Promise<T> => {
    try {
      return await whileBusy(step, client.busyTimeoutMs ?? busyTimeoutDefault)
    } catch (cause) {
      throw new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause })
    }
  }

  return {
    query: (text, params) => attempt(() => runAlone(text, params)),
    batch: (batch) =>
      attempt(() => {
        transact(client, () => {
          for (const { text, params } of batch) run(text, params)
        })
      }),
  }
}

/**
 * libsql does not reset a prepared statement that met a lock: it keeps its view of the file, and every later read of
 * the connection sees the past. So prepared statements write only while the lock is held; `exec` leaves nothing behind.
 */
const writes = /^\s*(?:INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i
const changesSchema = /^\s*(?:CREATE|DROP|ALTER)\b/i

/** Never awaits in the middle: no other statement on this connection can get into the transaction. */
function transact<T>(client: SqliteClient, work: () => T): T {
  client.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    client.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(client)
    throw error
  }
}

function rollBack(client: SqliteClient): void {
  try {
    client.exec('ROLLBACK')
  } catch {
    // SQLite has already rolled back; the error that led here has the cause.
  }
}

/** libsql adds its own member to every row. */
function toRow(row: unknown): SqlRow {
  const columns = { ...(row as Record<string, unknown>) } // drivers return one object per row
  delete columns['_metadata']
  return columns
}
