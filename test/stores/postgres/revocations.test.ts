import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { postgresDatabase, postgresStores } from '../../../src/stores/sql/postgres.js'
import { migrate } from '../../../src/stores/sql/migrate.js'
import { revocationsSchema } from '../../../src/stores/sql/revocations.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy.js'
import { follow, readWhole, session, firstEntry } from '../feed-listener.js'
import { revocationCases } from '../revocation-cases.js'

let server: PostgresServer
let proxy: TcpProxy
const pools: Pool[] = []
let schemas = 0

beforeAll(async () => {
  server = await startPostgres()
  const { hostname, port } = new URL(server.url)
  proxy = await startTcpProxy({ host: hostname, port: Number(port) })
})
afterAll(async () => {
  proxy.heal()
  await Promise.all(pools.map((pool) => pool.end()))
  await proxy.stop()
  await server.stop()
})

const newSchema = () => `feeds_${String(process.pid)}_${String(schemas++)}`

function openPool(url = server.url, max = 12): Pool {
  const pool = new Pool({ connectionString: url, max })
  pool.on('error', () => undefined)
  pools.push(pool)
  return pool
}

function make(schema = newSchema(), pool = openPool()) {
  return postgresStores(pool, { schema, deadlineMs: 10_000 }).revocations
}

/** Through the proxy. */
function farPool(): Pool {
  const url = new URL(server.url)
  url.host = `127.0.0.1:${String(proxy.port)}`
  return openPool(url.href)
}

describe('PostgreSQL', () => {
  revocationCases(() => Promise.resolve(make()))
})

test('a database of version 1 comes forward with its entries', async () => {
  const [schema, pool] = [newSchema(), openPool()]
  await pool.query(`CREATE SCHEMA ${schema}`)
  const database = postgresDatabase(pool, { schema, deadlineMs: 10_000 })
  const { versions } = revocationsSchema
  await migrate(database, { ...revocationsSchema, versions: versions.slice(0, 1) })
  await database.query(`INSERT INTO jotgate_revocations VALUES (7, $1, 'sid', 'a', 0, $2)`, [
    firstEntry.issuer,
    firstEntry.expiresAt,
  ])
  const store = make(schema, pool)
  const { feed, entries } = await follow(store)
  expect((await readWhole(feed)).entries).toEqual([session('a'), firstEntry])
  await store.add([session('b')])
  await feed.heartbeat()
  expect(entries).toEqual([session('b')])
  feed.close()
})

test('an open transaction that took its place first is waited for, and both entries arrive', async () => {
  const schema = newSchema()
  const store = make(schema)
  const { feed, entries } = await follow(store)
  const slow = new Client({ connectionString: server.url })
  await slow.connect()
  await slow.query(`SET search_path TO ${schema}; BEGIN`)
  await slow.query('UPDATE jotgate_revocation_places SET last = last + 1')
  await slow.query(
    `INSERT INTO jotgate_revocations SELECT last, $1, 'sid', 'slow', 0, $2 FROM jotgate_revocation_places`,
    [firstEntry.issuer, firstEntry.expiresAt],
  )
  let quickDone = false
  const quick = store.add([session('quick')]).then(() => {
    quickDone = true
  })
  await feed.heartbeat()
  await new Promise((resolve) => setTimeout(resolve, 100))
  await feed.heartbeat()
  expect([quickDone, entries]).toEqual([false, []])
  await slow.query('COMMIT')
  await quick
  await feed.heartbeat()
  expect(entries).toEqual([session('slow'), session('quick')])
  await slow.end()
  feed.close()
})

test('places taken by a sequence would lose the entry that commits late', async () => {
  // What the row of places is there for: the same steps without its lock.
  const schema = newSchema()
  const store = make(schema)
  const { feed, entries } = await follow(store)
  const [slow, quick] = [openPool(), openPool()]
  const insert = `INSERT INTO ${schema}.jotgate_revocations VALUES ($3, $1, 'sid', $4, 0, $2)`
  const times = [firstEntry.issuer, firstEntry.expiresAt]
  const late = await slow.connect()
  await late.query('BEGIN')
  await late.query(insert, [...times, 2, 'slow'])
  await quick.query(insert, [...times, 3, 'quick'])
  await quick.query(`UPDATE ${schema}.jotgate_revocation_places SET last = 3`)
  await feed.heartbeat()
  await late.query('COMMIT')
  late.release()
  await feed.heartbeat()
  expect(entries).toEqual([session('quick')])
  feed.close()
})

test('a notification says nothing of what was revoked', async () => {
  const store = make()
  const { feed } = await follow(store)
  const spy = new Client({ connectionString: server.url })
  await spy.connect()
  const told: unknown[] = []
  spy.on('notification', ({ payload }) => told.push(payload))
  await spy.query('LISTEN jotgate_revocations')
  await store.add([session('secret')])
  await vi.waitFor(() => {
    expect(told).toEqual([''])
  }, 30_000)
  await spy.end()
  feed.close()
})

test('a feed whose server falls silent ends by its deadline, and its connection with it', async () => {
  const schema = newSchema()
  await make(schema).add([session('before')])
  const pool = farPool()
  const { feed, causes } = await follow(make(schema, pool))
  await feed.heartbeat()
  const lent = pool.totalCount
  proxy.order({ direction: 'toServer', after: 0, then: 'stall' })
  await expect(feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(causes).toHaveLength(1)
  expect(pool.totalCount).toBe(lent - 1)
  proxy.heal()
})

// These two have a server each.
test.concurrent(
  'a feed ends when the server is stopped but its port still answers, and none opens',
  async () => {
    const frozen = await startPostgres({ url: undefined })
    const pid = frozen.pid ?? expect.unreachable('it is a server of its own')
    const pool = openPool(frozen.url)
    const store = postgresStores(pool, { schema: 'auth', deadlineMs: 10_000 }).revocations
    const { feed, causes } = await follow(store)
    await feed.heartbeat()
    const { rows } = await pool.query<{ pid: number }>('SELECT pid FROM pg_stat_activity')
    const all = [pid, ...rows.map((row) => row.pid)]
    for (const each of all) process.kill(each, 'SIGSTOP')
    try {
      await expect(feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(causes).toHaveLength(1)
      const quick = postgresStores(openPool(frozen.url), { schema: 'auth' }).revocations
      await expect(follow(quick)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    } finally {
      for (const each of all) process.kill(each, 'SIGCONT')
    }
    const again = await follow(store)
    expect([again.feed.isNewEpoch, again.feed.epoch]).toEqual([false, feed.epoch])
    again.feed.close()
    await frozen.stop()
  },
)

test.concurrent(
  'a feed ends when the server crashes, and the next one has all that was confirmed',
  async () => {
    const crashing = await startPostgres({ url: undefined })
    const pool = openPool(crashing.url)
    const store = postgresStores(pool, { deadlineMs: 10_000 }).revocations
    const { feed, causes } = await follow(store)
    await store.add([session('confirmed')])
    const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // One that is killed takes all the others with it, and the server recovers from its log.
    if (rows[0] !== undefined) process.kill(rows[0].pid, 'SIGKILL')
    await vi.waitFor(() => {
      expect(causes).toHaveLength(1)
    }, 30_000)
    const again = await vi.waitFor(() => follow(store), { timeout: 20_000, interval: 200 })
    expect([again.feed.isNewEpoch, again.feed.epoch]).toEqual([false, feed.epoch])
    expect((await readWhole(again.feed)).entries).toEqual([firstEntry, session('confirmed')])
    again.feed.close()
    await crashing.stop()
  },
)

test('a feed ends when the server ends its connection, and the next one has what came in between', async () => {
  const schema = newSchema()
  const store = make(schema)
  const { feed, causes } = await follow(store)
  await openPool().query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%jotgate_revocation_places AS p%' AND pid <> pg_backend_pid()`,
  )
  await vi.waitFor(() => {
    expect(causes).toHaveLength(1)
  }, 30_000)
  await store.add([session('in between')])
  const again = await follow(store)
  expect(again.feed.epoch).toBe(feed.epoch)
  expect((await readWhole(again.feed)).entries).toEqual([firstEntry, session('in between')])
  again.feed.close()
})

test('a feed ends when its server takes no more writes', async () => {
  const database = `readonly_${String(process.pid)}`
  await openPool().query(`CREATE DATABASE ${database}`)
  const url = new URL(server.url)
  url.pathname = `/${database}`
  const store = make(newSchema(), openPool(url.href))
  const { feed } = await follow(store)
  await feed.heartbeat()
  feed.close()
  await openPool().query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`)
  const late = openPool(url.href)
  const { rows } = await late.query<{ schema: string }>(
    `SELECT schemaname AS schema FROM pg_tables WHERE tablename = 'jotgate_revocations'`,
  )
  await expect(follow(make(rows[0]?.schema, late))).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  })
})
