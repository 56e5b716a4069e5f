import { Cluster, Redis } from 'ioredis'
import { Client, Pool } from 'pg'
import { createClient } from 'redis'
import { afterEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { postgresDatabase, postgresStores } from '../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'

/** What a caller in plain JavaScript can hand in. */
type Factory = (client: unknown) => unknown

const sqlite = 'an open SQLite file'
const pool = 'a Pool of pg'
const redis = 'a client of ioredis, iovalkey or redis (node-redis)'
const factories = [
  ['sqliteStores', sqliteStores, sqlite, "sqliteStores(await openSqlite('app.db'))"],
  ['sqliteDatabase', sqliteDatabase, sqlite, "sqliteDatabase(await openSqlite('app.db'))"],
  ['postgresStores', postgresStores, pool, 'postgresStores(new Pool({ connectionString }))'],
  ['postgresDatabase', postgresDatabase, pool, 'postgresDatabase(new Pool({ connectionString }))'],
  ['redisStores', redisStores, redis, 'redisStores(new Redis(url)), or redisStores(await createCl'],
] as const

const secret = 'hunter2'
const given: readonly (readonly [string, unknown])[] = [
  ['not text', `postgres://user:${secret}@db/app`],
  ['not text', 'app.db'],
  ['not undefined', undefined],
  ['not null', null],
  ['not a number', 6379],
  ['not a function', () => secret],
  ['not a promise of one', Promise.resolve({ prepare: () => 0, exec: () => 0, connect: () => 0 })],
  ['not another object', { connectionString: secret, url: secret, path: secret }],
  ['not another object', [secret]],
]

/** @throws unless it throws a ConfigError */
function faultOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return String(error)
  }
  throw new Error('nothing was refused')
}

describe.each(factories)('%s', (...[name, factory, what, write]) => {
  test.each(given)(
    'a factory of stores says at once that it needs its client, %s',
    (not, value) => {
      const fault = faultOf(() => (factory as Factory)(value))
      expect(fault).toContain(`${name}: needs ${what}, ${not}: write ${write}`)
      expect(fault).not.toContain(secret)
    },
  )
})

describe('clients that look right', () => {
  test('a Client of pg is refused, where a Pool is needed', () => {
    for (const factory of [postgresStores, postgresDatabase] as Factory[])
      expect(faultOf(() => factory(new Client()))).toContain('a Client is a single connection')
  })

  test('a Database of better-sqlite3 is refused, and the drivers that openSqlite opens are not', async () => {
    const methods = { prepare: () => 0, exec: () => 0, close: () => 0, pragma: () => 0 }
    const like = { ...methods, defaultSafeIntegers: () => 0 }
    for (const factory of [sqliteStores, sqliteDatabase] as Factory[])
      expect(faultOf(() => factory(like))).toContain('better-sqlite3')
    const { default: Libsql } = await import('libsql')
    const rows = await sqliteDatabase(new Libsql(':memory:')).query('SELECT 1 AS one')
    expect(rows).toEqual([{ one: 1 }])
    expect(sqliteStores(await openSqlite(':memory:'))).toBeDefined()
  })

  test('clients of one package are no clients of another', () => {
    const client = createClient()
    expect(faultOf(() => (postgresStores as Factory)(new Map()))).toContain('needs a Pool of pg')
    expect(faultOf(() => (sqliteStores as Factory)(client))).toContain('needs an open SQLite file')
    expect(faultOf(() => (redisStores as Factory)(new Pool()))).toContain('needs a client of iored')
  })
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const clients: Readonly<Record<string, () => Emitter>> = {
  ioredis: () => {
    const client = new Redis({ lazyConnect: true })
    return { client, make: () => redisStores(client) }
  },
  'a Cluster of ioredis': () => {
    const client = new Cluster([], { lazyConnect: true })
    return { client, make: () => redisStores(client) }
  },
  'node-redis': () => {
    const client = createClient()
    return { client, make: () => redisStores(client) }
  },
  'a pool of pg': () => {
    const client = new Pool()
    closing.push(() => client.end())
    return { client, make: () => [postgresStores(client), postgresDatabase(client)] }
  },
}

interface Emitter {
  readonly client: {
    on(event: 'error', listener: (error: Error) => void): unknown
    emit(event: 'error', error: Error): boolean
    listenerCount(event: 'error'): number
  }
  readonly make: () => unknown
}

test.each(Object.entries(clients))(
  'an error of %s ends no process, and reaches the listeners of the program',
  (_, open) => {
    const { client, make } = open()
    const before = client.listenerCount('error')
    const heard: Error[] = []
    make()
    const fault = new Error('the connection is gone')
    client.emit('error', fault)
    client.on('error', (error) => heard.push(error))
    for (let n = 0; n < 30; n++) make()
    client.emit('error', fault)
    expect(heard).toEqual([fault])
    expect(client.listenerCount('error')).toBe(before + 2)
  },
)
