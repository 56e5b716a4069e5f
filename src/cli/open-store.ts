import { access } from 'node:fs/promises'
import type { RevocationStore } from '../revocation/index.js'
import { postgresStores } from '../stores/sql/postgres.js'
import { openSqlite, sqliteStores } from '../stores/sql/sqlite.js'
import { redisStores } from '../stores/redis/index.js'
import { badUsage, CommandError } from './command-error.js'
import type { Io } from './io.js'
import type { OptionSpecs } from './option-spec.js'
import { readText, whyUnreadable } from './read-input.js'

/** Options of every command that uses a store; services have the same. */
export const storeOptions = {
  store: {
    kind: 'text',
    value: 'STORE',
    help: 'redis:// or postgres:// URL, SQLite file, env:NAME, -',
  },
  prefix: {
    kind: 'text',
    value: 'PREFIX',
    help: 'the beginning of keys in Redis (default jotgate)',
  },
  'min-replicas': {
    kind: 'text',
    value: 'N',
    help: 'Redis replicas that must confirm (default 0)',
  },
  schema: {
    kind: 'text',
    value: 'SCHEMA',
    help: 'PostgreSQL schema (default: the first of the path)',
  },
} as const satisfies OptionSpecs

/** The address of a store, and how services use it. */
export interface StorePlace {
  /** As given: a URL, a file, `env:NAME`, `-`. */
  readonly store: string
  readonly prefix?: string | undefined
  readonly minReplicas?: number | undefined
  readonly schema?: string | undefined
}

/** An open store of revocations; close it after use. */
export interface OpenedStore {
  readonly revocations: RevocationStore
  close(): Promise<void>
}

/** Milliseconds to connect to a store, and for each request. */
const patienceMs = 5000

/**
 * Opens the revocation store of running services. It is never created here: an unused store is the wrong place.
 *
 * @throws CommandError: bad usage, or STORE_UNAVAILABLE when it does not answer; AuthError STORE_UNAVAILABLE
 * @example const { revocations, close } = await openStore({ store: 'env:REDIS_URL' }, io)
 */
export async function openStore(place: StorePlace, io: Io): Promise<OpenedStore> {
  const address = await readAddress(place.store, io)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase()
  const open = scheme === undefined ? inSqlite : openers[scheme]
  if (open === undefined)
    throw badUsage('--store: must be redis://, rediss://, postgres://, postgresql:// or a file')
  refuseForeign(place, open)
  return open(address, place)
}

type Open = (address: string, place: StorePlace) => Promise<OpenedStore>

const openers: Readonly<Record<string, Open>> = {
  redis: inRedis,
  rediss: inRedis,
  postgres: inPostgres,
  postgresql: inPostgres,
}

async function readAddress(given: string, io: Io): Promise<string> {
  if (given === '-') return checkAddress(await readText('-', io, '--store'))
  if (given.startsWith('env:')) return checkAddress(io.variable(given.slice(4)) ?? '')
  // The list of processes shows arguments to every user of the machine.
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]*@|[?&]password=/i.test(given))
    throw badUsage(
      '--store: contains a password, which others can see; pass it as env:NAME, or by "-"',
    )
  return given
}

function checkAddress(text: string): string {
  const address = text.trim()
  if (address === '') throw badUsage('--store: the variable or the standard input is empty')
  return address
}

/** Refuses an option for another kind of store, which would silently have no effect. */
function refuseForeign({ prefix, minReplicas, schema }: StorePlace, open: Open): void {
  const redisOnly = prefix ?? minReplicas
  if (redisOnly !== undefined && open !== inRedis)
    throw badUsage(`--${prefix === undefined ? 'min-replicas' : 'prefix'}: is for Redis only`)
  if (schema !== undefined && open !== inPostgres)
    throw badUsage('--schema: is for PostgreSQL only')
}

async function inRedis(url: string, { prefix, minReplicas }: StorePlace): Promise<OpenedStore> {
  const { Redis } = await loadPeer('ioredis', () => import('ioredis'))
  const client = reach(
    () =>
      new Redis(url, {
        lazyConnect: true,
        connectTimeout: patienceMs,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
      }),
  )
  client.on('error', () => undefined)
  await client.connect().catch(() => {
    throw unreachable('Redis')
  })
  const { revocations } = redisStores(client, {
    deadlineMs: patienceMs,
    ...(prefix !== undefined && { prefix }),
    ...(minReplicas !== undefined && { minReplicas }),
  })
  const close = () => {
    client.disconnect()
    return Promise.resolve()
  }
  return { revocations, close }
}

async function inPostgres(url: string, { schema }: StorePlace): Promise<OpenedStore> {
  const { default: pg } = await loadPeer('pg', () => import('pg'))
  const connection = { connectionString: url, max: 3, connectionTimeoutMillis: patienceMs }
  const pool = reach(() => new pg.Pool(connection))
  pool.on('error', () => undefined)
  const close = () => pool.end()
  try {
    const client = await pool.connect()
    client.release()
  } catch {
    await close()
    throw unreachable('PostgreSQL')
  }
  const { revocations } = postgresStores(pool, {
    deadlineMs: patienceMs,
    ...(schema !== undefined && { schema }),
  })
  return { revocations, close }
}

async function inSqlite(path: string): Promise<OpenedStore> {
  try {
    await access(path)
  } catch (error) {
    throw badUsage(`--store: ${whyUnreadable(error)}`)
  }
  const client = await openSqlite(path, { busyTimeoutMs: patienceMs })
  const close = () => {
    client.close()
    return Promise.resolve()
  }
  return { revocations: sqliteStores(client).revocations, close }
}

/** A client's own error may quote the address. */
function reach<Client>(make: () => Client): Client {
  try {
    return make()
  } catch {
    throw badUsage('--store: is not a URL that the client understands')
  }
}

function unreachable(kind: string): CommandError {
  return new CommandError(1, 'STORE_UNAVAILABLE', `--store: ${kind} does not answer`)
}

async function loadPeer<Peer>(name: string, load: () => Promise<Peer>): Promise<Peer> {
  try {
    return await load()
  } catch {
    throw badUsage(`--store: needs the package ${name}: npm install ${name}`)
  }
}
