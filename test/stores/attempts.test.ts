import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AttemptStore } from '../../src/session-routes/index.js'
import { memoryAttempts } from '../../src/stores/memory/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { attemptsSchema, sqlAttempts } from '../../src/stores/sql/attempts.js'
import { migrate } from '../../src/stores/sql/migrate.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { fakeClock } from '../../src/testkit/index.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedis, type RedisServer } from '../setup/redis.js'

let postgres: PostgresServer
let redis: RedisServer
const closing: (() => unknown)[] = []

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  for (const close of closing) await close()
  await Promise.all([postgres.stop(), redis.stop()])
})

const own = () => `attempts_${randomBytes(4).toString('hex')}`

const makers: Readonly<Record<string, () => AttemptStore | Promise<AttemptStore>>> = {
  memory: () => memoryAttempts(),
  SQLite: async () => sqliteStores(await openSqlite(':memory:')).attempts,
  PostgreSQL: () => {
    const pool = new Pool({ connectionString: postgres.url, max: 5 })
    closing.push(() => pool.end())
    return postgresStores(pool, { schema: own(), deadlineMs: 10_000 }).attempts
  },
  Redis: () => {
    const client = new Redis(redis.url)
    closing.push(() => {
      client.disconnect()
    })
    return redisStores(client, { prefix: own(), deadlineMs: 10_000 }).attempts
  },
}

/** Seconds that no test takes. */
const long = 3600

describe.each(Object.entries(makers))('attempts in %s', (_, make) => {
  test('a count rises, is read, falls and never falls below 0', async () => {
    const store = await make()
    const counts: number[] = []
    for (const by of [0, -1, 1, 1, 0, -1, -1, -1, 1] as const)
      counts.push((await store.add('a:1', by, long)).count)
    expect(counts).toEqual([0, 0, 1, 2, 2, 1, 0, 0, 1])
  })

  test('a count ends when it was to end at its first addition', async () => {
    const store = await make()
    expect((await store.add('a:1', 1, long)).endsIn).toBeGreaterThan(long - 600)
    const { endsIn } = await store.add('a:1', 1, 10 * long)
    expect([endsIn > long - 600, endsIn <= long]).toEqual([true, true])
  })

  test('a count that is set lasts from then on, and 0 removes it', async () => {
    const store = await make()
    await store.add('a:1', 1, 1)
    await store.set('a:1', 5, long)
    const { count, endsIn } = await store.add('a:1', 0, 1)
    expect([count, endsIn > long - 600]).toEqual([5, true])
    await store.set('a:1', 0, long)
    expect(await store.add('a:1', 0, long)).toEqual({ count: 0, endsIn: 0 })
  })

  test('additions at the same time all count, and names do not mix', async () => {
    const store = await make()
    const added = Array.from({ length: 20 }, () => store.add('a:1', 1, long))
    const counts = (await Promise.all(added)).map(({ count }) => count)
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_each, n) => n + 1))
    expect((await store.add('a:2', 0, long)).count).toBe(0)
  })
})

test('a count in Redis that has ended begins anew, and leaves nothing', async () => {
  const client = new Redis(redis.url)
  closing.push(() => {
    client.disconnect()
  })
  const prefix = own()
  const store = redisStores(client, { prefix, deadlineMs: 10_000 }).attempts
  await store.add('a:1', 1, 0.05)
  while ((await client.exists(`${prefix}:attempts:a:1`)) === 1)
    await new Promise((resolve) => setImmediate(resolve))
  expect((await store.add('a:1', 1, long)).count).toBe(1)
})

test('a count in SQL that has ended begins anew, and ended ones are deleted', async () => {
  const database = sqliteDatabase(await openSqlite(':memory:'))
  await migrate(database, attemptsSchema)
  const clock = fakeClock()
  const store = sqlAttempts(database, clock.now)
  for (const name of ['a:1', 'a:2', 'a:2']) await store.add(name, 1, 60)
  clock.advance(60)
  expect(await store.add('a:2', 0, 60)).toEqual({ count: 0, endsIn: 0 })
  expect(await store.add('a:2', 1, 60)).toEqual({ count: 1, endsIn: 60 })
  const names = async () => (await database.query('SELECT name FROM jotgate_attempts')).length
  await expect.poll(names).toBe(1)
})
