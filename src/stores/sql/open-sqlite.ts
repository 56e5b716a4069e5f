import { AuthError, ConfigError } from '../../foundation/errors.js'
import { milliseconds, type OptionTable, readOptions } from '../../foundation/options.js'
import { whileBusy } from './busy.js'
import { busyTimeoutDefault, type SqliteClient } from './sqlite-database.js'

/** Options of `openSqlite`. */
export interface OpenSqliteOptions {
  /**
   * How long a write is retried while another process holds the file's lock, in milliseconds. Default 250; after that
   * it rejects with STORE_UNAVAILABLE. The process is not blocked meanwhile, and reads do not wait.
   */
  readonly busyTimeoutMs?: number
}

/** Options of `openSqlite`. */
export const openSqliteTable = {
  busyTimeoutMs: milliseconds({ default: busyTimeoutDefault, least: 0 }),
} satisfies OptionTable<keyof OpenSqliteOptions>

/**
 * Opens an SQLite file, or creates it, with the driver that this Node has: `node:sqlite` (from 22.13), else the package
 * `libsql`. The file uses WAL, so that readers and a writer do not wait for each other, and `synchronous = FULL`, so
 * that acknowledged writes survive a power cut.
 *
 * @throws ConfigError when there is no driver; AuthError STORE_UNAVAILABLE when the file cannot be opened
 * @example const client = await openSqlite('data/auth.db')
 */
export async function openSqlite(
  path: string,
  options: OpenSqliteOptions = {},
): Promise<SqliteClient> {
  const { busyTimeoutMs } = readOptions('openSqlite', openSqliteTable, options)
  const open = await findDriver()
  try {
    const client = open(path)
    // SQLite's own waiting would block the process.
    client.exec('PRAGMA busy_timeout = 0')
    await whileBusy(() => client.exec('PRAGMA journal_mode = WAL'), openingMs)
    client.exec('PRAGMA synchronous = FULL')
    return {
      busyTimeoutMs,
      prepare: (text) => client.prepare(text),
      exec: (text) => client.exec(text),
      close: () => client.close(),
    }
  } catch (cause) {
    throw new AuthError('STORE_UNAVAILABLE', {}, { cause })
  }
}

/** Milliseconds. The switch to WAL needs the file exclusively, also when two processes create the same new file. */
const openingMs = 5000

type Open = (path: string) => SqliteClient

async function findDriver(): Promise<Open> {
  try {
    const { DatabaseSync } = await import('node:sqlite')
    return (path) => new DatabaseSync(path)
  } catch {
    // This Node has no built-in SQLite, or only behind a flag.
  }
  try {
    const { default: Database } = await import('libsql')
    return (path) => new Database(path)
  } catch {
    throw new ConfigError(
      'openSqlite',
      'needs Node 22.13 or later, or the package libsql: npm install libsql',
    )
  }
}
