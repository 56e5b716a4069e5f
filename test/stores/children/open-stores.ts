import { Cluster, Redis } from 'ioredis'
import { Pool } from 'pg'
import type { KeyRingStore } from '../../../src/key-sources/ports.js'
import type { RevocationStore } from '../../../src/revocation/ports.js'
import { fileKeys } from '../../../src/stores/file/keys.js'
import { redisStores, type RedisClient } from '../../../src/stores/redis/index.js'
import { postgresStores } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteStores } from '../../../src/stores/sql/sqlite.js'

/**
 * Opens the stores at a place, as each of several processes of one service does: `sqlite:FILE`, `postgres://…#SCHEMA`,
 * `ioredis://HOST:PORT#PREFIX`, `node-redis://…`, for a Cluster `ioredis-cluster://…`, `node-redis-cluster://…`, and
 * behind Sentinel `ioredis-sentinel://NAME@HOST:PORT,HOST:PORT`, `node-redis-sentinel://…`.
 */
export async function openStores(place: string) {
  const { kind, name } = readPlace(place)
  if (kind === 'sqlite') return sqliteStores(await openFile(place))
  if (kind === 'postgres') return postgresStores(openPool(place), { schema: name, deadlineMs })
  return redisStores(await openRedis(place), { prefix: name, deadlineMs })
}

/** The revocations at a place, with the deadlines that they have by default. */
export async function openRevocations(
  place: string,
  options: { readonly minReplicas: number },
): Promise<RevocationStore> {
  const { kind, name } = readPlace(place)
  if (kind === 'postgres') return postgresStores(openPool(place), { schema: name }).revocations
  const { minReplicas } = options
  return redisStores(await openRedis(place), { prefix: name, minReplicas }).revocations
}

/** The store of key rings at a place; besides those above, `file:FOLDER`. */
export async function openKeys(place: string): Promise<KeyRingStore> {
  if (place.startsWith('file:')) return fileKeys(place.slice('file:'.length))
  return (await openStores(place)).keys
}

/** What a place is called: the kind of its store, and the schema or prefix there. */
export function readPlace(place: string) {
  const [url = '', name = 'jotgate'] = place.split('#')
  const kind = url.slice(0, url.indexOf(':'))
  return { url, kind, rest: url.slice(kind.length + 1), name }
}

/** The file of a place `sqlite:FILE`. */
export function openFile(place: string) {
  return openSqlite(readPlace(place).rest, { busyTimeoutMs: deadlineMs })
}

/** A pool for a place `postgres://…`; several processes share what connections the server has. */
export function openPool(place: string, max = 10): Pool {
  return new Pool({ connectionString: readPlace(place).url, max }).on('error', ignore)
}

/** The client of a place in Redis. */
export function openRedis(place: string): Promise<RedisClient> {
  const { kind, rest } = readPlace(place)
  const connect = clients[kind]
  if (connect === undefined) throw new Error(`no store is called ${kind}`)
  return connect(`redis:${rest}`)
}

/** What is under test is not how fast a busy machine is. */
export const deadlineMs = 10_000

/** Ends with its process; that a server goes before it is no fault. */
const ignore = () => undefined

const clients: Readonly<Record<string, (url: string) => Promise<RedisClient>>> = {
  ioredis: (url) => Promise.resolve(new Redis(url).on('error', ignore)),
  'ioredis-cluster': (url) => Promise.resolve(new Cluster([url]).on('error', ignore)),
  'ioredis-sentinel': (url) => {
    const { name, sentinels } = readSentinels(url)
    return Promise.resolve(new Redis({ name, sentinels }).on('error', ignore))
  },
  'node-redis': async (url) => {
    const { createClient } = await nodeRedis()
    return createClient({ url }).on('error', ignore).connect()
  },
  'node-redis-cluster': async (url) => {
    const { createCluster } = await nodeRedis()
    return createCluster({ rootNodes: [{ url }] })
      .on('error', ignore)
      .connect()
  },
  'node-redis-sentinel': async (url) => {
    const { createSentinel } = await nodeRedis()
    const { name, sentinels } = readSentinels(url)
    return createSentinel({ name, sentinelRootNodes: sentinels }).on('error', ignore).connect()
  },
}

/** A third of a second that most processes need not spend. */
const nodeRedis = () => import('redis')

function readSentinels(url: string) {
  const [name = '', places = ''] = url.replace(/^redis:\/\//, '').split('@')
  const sentinels = places.split(',').map((place) => {
    const [host = '', port] = place.split(':')
    return { host, port: Number(port) }
  })
  return { name, sentinels }
}
