import pg from 'pg'
import type { Logger } from 'pino'
import { postgresDatabase, postgresStores } from 'jotgate/stores/postgres'
import {
  openSqlite,
  sqliteDatabase,
  sqliteStores,
  type SqlDatabase,
  type SqlStores,
} from 'jotgate/stores/sqlite'
import type { Configuration } from './configuration/configuration.js'
import type { DataDirectory } from './data-directory.js'

/** Where everything is kept that must outlive a process. */
export interface Storage {
  readonly stores: SqlStores
  /** For the service's own tables. */
  readonly database: SqlDatabase
  /** Lets go of it; nothing may be asked afterwards. */
  close(): Promise<void>
}

/** What {@link openStorage} needs to know. */
export type StorageParts = {
  readonly configuration: Pick<Configuration, 'database'>
  readonly data: DataDirectory
  readonly log: Logger
}

/**
 * Opens PostgreSQL where the configuration names it, else a file in the data folder, and brings the tables forward.
 *
 * @throws ConfigError, AuthError STORE_UNAVAILABLE
 */
export async function openStorage({ configuration, data, log }: StorageParts): Promise<Storage> {
  const storage =
    configuration.database === undefined
      ? await openFile(data)
      : openPostgres(configuration.database, log)
  await storage.stores.migrate()
  return storage
}

async function openFile(data: DataDirectory): Promise<Storage> {
  const db = await openSqlite(data.database)
  return {
    stores: sqliteStores(db),
    database: sqliteDatabase(db),
    close: () => {
      db.close()
      return Promise.resolve()
    },
  }
}

/** The stores have a pool to themselves, because they give each of its connections a deadline. */
function openPostgres(connectionString: string, log: Logger): Storage {
  const pool = new pg.Pool({ connectionString, max: connections, connectionTimeoutMillis: 5000 })
  pool.on('error', (error) => {
    log.warn({ err: error }, 'a connection to the database was lost')
  })
  return {
    stores: postgresStores(pool),
    database: postgresDatabase(pool),
    close: () => pool.end(),
  }
}

/** Three processes of these leave room in PostgreSQL's default of a hundred. */
const connections = 20
