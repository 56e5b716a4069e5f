import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import type { SessionStore, StoredSession } from '../../src/session/ports.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { pickDriver } from '../../src/stores/redis/pick-driver.js'
import type { RedisPort } from '../../src/stores/redis/port.js'
import { redisPort } from '../../src/stores/redis/redis-port.js'
import { textsOf } from '../../src/stores/redis/reply.js'
import { sessionKeys } from '../../src/stores/redis/session-index.js'
import type { SqlDatabase } from '../../src/stores/sql/database.js'
import { postgresDatabase, postgresStores } from '../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { startPostgres } from '../setup/postgres.js'
import { sites, type Site } from './redis/servers.js'

/** What is under test is not how fast a busy machine is. */
const deadlineMs = 10_000

/** What leads to a session in every store. */
export type Named = Pick<StoredSession, 'id' | 'sid' | 'subject'>

/** What is left in a store: ids, sorted. */
export interface Left {
  /** Of sessions. */
  readonly sessions: readonly string[]
  /** In indexes, each as often as one has it; where the database keeps them itself there are none. */
  readonly entries: readonly string[]
}

/** A session store, and the way to what lies behind it. */
export interface OpenStore {
  readonly store: SessionStore
  /** What is there of all sessions that ever began. */
  left(begun: readonly Named[]): Promise<Left>
  /** What a server with a clock of its own forgets in a minute: simulated time passes without it. */
  passMinute(): Promise<void>
  readonly sql?: SqlDatabase
  readonly redis?: { readonly port: RedisPort; readonly prefix: string }
  close(): Promise<void>
}

/** A place for sessions that is empty at first; each opening is a process of its own. */
export type OpenPlace = () => Promise<OpenStore>

/** Every store, on servers of its own; call `close` when all are closed. */
export interface EveryStore {
  /** A new place, by the name of its store. */
  readonly places: Readonly<Record<string, () => OpenPlace>>
  close(): Promise<void>
}

/** The names of {@link EveryStore.places}, which tests need before the servers run. */
export const storeNames = [
  'memory',
  'SQLite',
  'PostgreSQL',
  'Redis by ioredis',
  'Redis by node-redis',
  'a Redis Cluster by ioredis',
  'a Redis Cluster by node-redis',
] as const

/** @example const every = await startEveryStore() */
export async function startEveryStore(): Promise<EveryStore> {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-every-'))
  const [one, cluster, postgres] = await Promise.all([
    openSite('one Redis'),
    openSite('a Redis Cluster'),
    startPostgres(),
  ])
  const places: Record<(typeof storeNames)[number], () => OpenPlace> = {
    memory: inMemory,
    SQLite: () => inSqlite(join(folder, `${newName()}.db`)),
    PostgreSQL: () => inPostgres(postgres.url, newName()),
    'Redis by ioredis': () => inRedis(one, 'ioredis', newName()),
    'Redis by node-redis': () => inRedis(one, 'node-redis', newName()),
    'a Redis Cluster by ioredis': () => inRedis(cluster, 'ioredis', newName()),
    'a Redis Cluster by node-redis': () => inRedis(cluster, 'node-redis', newName()),
  }
  return {
    places,
    close: async () => {
      await Promise.all([one, cluster, postgres].map(({ stop }) => stop()))
      rmSync(folder, { recursive: true })
    },
  }
}

function newName(): string {
  return `every_${randomBytes(6).toString('hex')}`
}

function openSite(name: string): Promise<Site> {
  const open = sites[name]
  if (open === undefined) throw new Error(`no site ${name}`)
  return open()
}

const nothing = () => Promise.resolve()

/** What it has is gone with its process: an opening again is the same one. */
function inMemory(): OpenPlace {
  const { sessions: store } = memoryStores()
  const left = async (begun: readonly Named[]) => {
    const found = await Promise.all(begun.map(({ id }) => store.find(id)))
    return leftOf(found.flatMap((session) => session?.id ?? []))
  }
  return () => Promise.resolve({ store, left, passMinute: nothing, close: nothing })
}

function leftOf(sessions: readonly string[], entries: readonly string[] = []): Left {
  return { sessions: [...sessions].sort(), entries: [...entries].sort() }
}

function inSqlite(path: string): OpenPlace {
  return async () => {
    const client = await openSqlite(path, { busyTimeoutMs: deadlineMs })
    // Nothing of a test's data outlives the machine.
    client.exec('PRAGMA synchronous = OFF')
    const close = () => {
      client.close()
      return Promise.resolve()
    }
    return { ...overSql(sqliteStores(client).sessions, sqliteDatabase(client)), close }
  }
}

function inPostgres(url: string, schema: string): OpenPlace {
  return () => {
    const pool = new Pool({ connectionString: url, max: 4 }).on('error', () => undefined)
    const options = { schema, deadlineMs }
    const { sessions } = postgresStores(pool, options)
    const opened = overSql(sessions, postgresDatabase(pool, options))
    return Promise.resolve({ ...opened, close: () => pool.end() })
  }
}

function overSql(store: SessionStore, sql: SqlDatabase): Omit<OpenStore, 'close'> {
  const left = async () => {
    const rows = await sql.query('SELECT id FROM jotgate_families')
    return leftOf(rows.map((row) => String(row['id'])))
  }
  return { store, sql, left, passMinute: nothing }
}

function inRedis(site: Site, clientName: string, prefix: string): OpenPlace {
  return async () => {
    const connected = await site.clients[clientName]?.()
    if (connected === undefined) throw new Error(`no client ${clientName}`)
    const { client, close } = connected
    const port = redisPort(pickDriver(client), deadlineMs)
    const { turn } = sessionKeys(prefix)
    return {
      store: redisStores(client, { prefix, deadlineMs }).sessions,
      redis: { port, prefix },
      left: (begun) => leftInRedis(port, prefix, begun),
      passMinute: async () => {
        await port.command(turn, ['DEL', turn])
      },
      close: () => {
        close()
        return Promise.resolve()
      },
    }
  }
}

async function leftInRedis(
  port: RedisPort,
  prefix: string,
  begun: readonly Named[],
): Promise<Left> {
  const keys = sessionKeys(prefix)
  const isThere = (key: string) => port.command(key, ['EXISTS', key])
  const there = async (keyOf: (named: Named) => string) => {
    const found = await Promise.all(begun.map((named) => isThere(keyOf(named))))
    return begun.flatMap(({ id }, at) => (found[at] === 1 ? [id] : []))
  }
  const subjects = [...new Set(begun.map(({ subject }) => keys.subject(subject)))]
  const indexes = [keys.expiries, keys.due, ...subjects]
  const members = indexes.map(async (key) =>
    textsOf(await port.command(key, ['ZRANGE', key, '0', '-1'])).map(String),
  )
  const sessions = await there(({ id }) => keys.session(id))
  const pointers = await there(({ sid }) => keys.sid(sid))
  return leftOf(sessions, [...pointers, ...(await Promise.all(members)).flat()])
}
