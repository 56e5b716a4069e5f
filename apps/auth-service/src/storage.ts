import type { Logger } from 'pino'
import { postgresDatabase, postgresStores } from 'jotgate/stores/postgres'
import { redisStores } from 'jotgate/stores/redis'
import {
  openSqlite,
  sqliteDatabase,
  sqliteStores,
  type SqlDatabase,
  type SqlStores,
} from 'jotgate/stores/sqlite'
import type { Configuration } from './configuration/configuration.js'
import type { DataDirectory } from './data-directory.js'
import type { RedisConnection } from './redis.js'

/** Where everything is kept that must outlive a process. */
export interface Storage {
  readonly stores: Pick<SqlStores, 'families' | 'revocations' | 'keys'>
  /** For the service's own tables. */
  readonly database: SqlDatabase
  /** For what is counted over all processes; undefined where there is no Redis. */
  readonly redis: RedisConnection | undefined
  /** Lets go of it; nothing may be asked afterwards. */
  close(): Promise<void>
}

/** What {@link openStorage} needs to know. */
export type StorageParts = {
  readonly configuration: Pick<Configuration, 'database' | 'redis' | 'redisReplicas'>
  readonly data: DataDirectory
  readonly log: Logger
}

/**
 * Opens PostgreSQL where the configuration names it, else a file in the data folder, and brings the tables forward.
 * Revocations are in Redis where there is one; sessions and keys stay in the database, which loses none in a failover.
 * A client of either is loaded only where it is used: together they take a third of the time of a start.
 *
 * @throws ConfigError, AuthError STORE_UNAVAILABLE
 */
export async function openStorage({ configuration, data, log }: StorageParts): Promise<Storage> {
  const { database, redis: address, redisReplicas: minReplicas } = configuration
  const sql = database === undefined ? await openFile(data) : await openPostgres(database, log)
  await sql.stores.migrate()
  const { families, keys, revocations } = sql.stores
  if (address === undefined)
    return { ...sql, stores: { families, keys, revocations }, redis: undefined }
  const { openRedis } = await import('./redis.js')
  const redis = openRedis(address, log)
  return {
    database: sql.database,
    redis,
    stores: { families, keys, revocations: redisStores(redis, { minReplicas }).revocations },
    close: async () => {
      redis.disconnect()
      await sql.close()
    },
  }
}

interface SqlStorage extends Pick<Storage, 'database' | 'close'> {
  readonly stores: SqlStores
}

async function openFile(data: DataDirectory): Promise<SqlStorage> {
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
async function openPostgres(connectionString: string, log: Logger): Promise<SqlStorage> {
  const { default: pg } = await import('pg')
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
