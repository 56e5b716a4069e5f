import type { Logger } from 'pino'
import { postgresDatabase, postgresStores } from 'jotgate/stores/postgres'
import { redisStores } from 'jotgate/stores/redis'
import {
  sqliteDatabase,
  sqliteStores,
  type SqliteClient,
  type SqlDatabase,
  type SqlStores,
} from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import type { DataDirectory } from './data-directory.js'
import { claimDatabase } from './mode.js'
import { openOwnFile } from './open-own-file.js'
import type { RedisConnection } from './redis.js'
import { createPatience, type Awaited, type Patience, type Stage } from './start/patience.js'
import {
  startingDatabase,
  type DatabaseRooms,
  type StartingParts,
} from './start/starting-database.js'

/** The databases for everything that outlives a process. */
export interface Storage {
  readonly stores: Pick<SqlStores, 'sessions' | 'revocations' | 'keys'>
  /** For the service's own tables, in requests. */
  readonly database: SqlDatabase
  /** The same database for a start, which repeats requests, and for commands, which wait as long as a start. */
  readonly patientDatabase: SqlDatabase
  /** For counters of all processes; undefined without Redis. */
  readonly redis: RedisConnection | undefined
  /** For the same counters where there is no Redis; undefined with Redis, and without PostgreSQL. */
  readonly postgres: SqlDatabase | undefined
  /**
   * Runs a step of the start that uses sessions or revocations, and repeats it if needed; other steps wait by
   * themselves.
   *
   * @param what what the step waits for; default: the store of revocations
   * @throws SetupFault naming the field of the store that did not answer
   */
  patiently<T>(step: () => Promise<T>, what?: Awaited): Promise<T>
  /**
   * Ends the start: from now on requests are sent once, with their own deadline; a separate command keeps the deadline
   * of a start.
   */
  started(stage: Exclude<Stage, 'start'>): void
  /** Closes all connections; do not use the storage afterwards. */
  close(): Promise<void>
}

/** Options of {@link openStorage}. */
export type StorageParts = {
  readonly configuration: Pick<
    Configuration,
    'demo' | 'database' | 'redis' | 'redisReplicas' | 'startWithin'
  >
  readonly data: DataDirectory
  readonly log: Logger
}

/**
 * Opens PostgreSQL if it is configured, else a file in the data folder, and upgrades the tables. Revocations are in
 * Redis if there is one; sessions and keys stay in the database, which loses none in a failover. A client of either is
 * loaded only if it is used: together they take a third of the time of a start.
 *
 * @throws SetupFault for a demo over the database of a service with a configuration, and for a file with triggers or views;
 * ConfigError, AuthError STORE_UNAVAILABLE
 */
export async function openStorage(parts: StorageParts): Promise<Storage> {
  const { configuration, log } = parts
  const { redis: address, redisReplicas: minReplicas, startWithin: seconds } = configuration
  const patience = createPatience({ log, seconds })
  const sql = await openDatabase(parts, patience)
  await sql.stores.migrate()
  await claimDatabase(sql.patientDatabase, configuration.demo ? 'demo' : 'configured')
  const started: Storage['started'] = (stage) => {
    patience.end(stage)
  }
  const { sessions, keys, revocations } = sql.stores
  if (address === undefined) {
    const patiently: Storage['patiently'] = (step, what = sql.what) => patience.wait(what, step)
    return { ...sql, patiently, started, stores: { sessions, keys, revocations }, redis: undefined }
  }
  const { openRedis } = await import('./redis.js')
  const redis = openRedis(address, log)
  return {
    database: sql.database,
    patientDatabase: sql.patientDatabase,
    postgres: undefined,
    redis,
    started,
    patiently: (step, what = redisHere) => patience.wait(what, step),
    stores: { sessions, keys, revocations: redisStores(redis, { minReplicas }).revocations },
    close: async () => {
      redis.disconnect()
      await sql.close()
    },
  }
}

const fileHere: Awaited = { name: 'the database file', field: 'DATA_DIR' }
const redisHere: Awaited = { name: 'Redis', field: 'redis (REDIS_URL)' }

interface SqlStorage extends Pick<Storage, 'database' | 'patientDatabase' | 'postgres' | 'close'> {
  readonly stores: SqlStores
  readonly what: Awaited
}

async function openDatabase(parts: StorageParts, patience: Patience): Promise<SqlStorage> {
  const { database } = parts.configuration
  return database === undefined
    ? openFile(parts.data, patience)
    : openPostgres(database, parts.log, patience)
}

async function openFile(data: DataDirectory, patience: Patience): Promise<SqlStorage> {
  const what = fileHere
  const db = await patience.wait(what, () => openOwnFile(data.database))
  const usual = roomsOf(db)
  const starting = roomsOf({ ...db, busyTimeoutMs: patience.deadlineMs })
  return {
    ...twice({ usual, starting, patience, what }),
    postgres: undefined,
    close: () => {
      db.close()
      return Promise.resolve()
    },
  }
}

/** The stores switch from one deadline to the other by themselves; the database exists with both. */
function twice(parts: StartingParts): Omit<SqlStorage, 'close' | 'postgres'> {
  const { stores, database: patientDatabase } = startingDatabase(parts)
  return { stores, database: parts.usual.database, patientDatabase, what: parts.what }
}

function roomsOf(client: SqliteClient): DatabaseRooms {
  return { stores: sqliteStores(client), database: sqliteDatabase(client) }
}

/** The stores have a separate pool, because they set a deadline on each of its connections. */
async function openPostgres(
  connectionString: string,
  log: Logger,
  patience: Patience,
): Promise<SqlStorage> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString, max: connections, connectionTimeoutMillis: 5000 })
  pool.on('error', (error) => {
    log.warn({ err: error }, 'a connection to the database was lost')
  })
  const rooms = (options: { readonly deadlineMs?: number }): DatabaseRooms => ({
    stores: postgresStores(pool, options),
    database: postgresDatabase(pool, options),
  })
  const what = {
    name: `the database${placeOf(connectionString)}`,
    field: 'database (DATABASE_URL)',
  }
  const [usual, starting] = [rooms({}), rooms({ deadlineMs: patience.deadlineMs })]
  return {
    ...twice({ usual, starting, patience, what }),
    postgres: usual.database,
    close: () => pool.end(),
  }
}

/** The address without user and password. */
function placeOf(connectionString: string): string {
  const { host } = new URL(connectionString)
  return host === '' ? '' : ` at ${host}`
}

/** With 20, three processes still leave room in PostgreSQL's default of a hundred. */
const connections = 20
