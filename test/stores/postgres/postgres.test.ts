import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  migrate,
  postgresDatabase,
  postgresStores,
  type PostgresOptions,
} from '../../../src/stores/sql/postgres.js'
import { sampleSession, sampleRequest, start } from '../../../src/testkit/sample-session.js'
import { inTime } from '../../setup/in-time.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy.js'

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

const newSchema = () => `postgres_${String(process.pid)}_${String(schemas++)}`

function openPool(url = server.url, max = 5): Pool {
  const pool = new Pool({ connectionString: url, max })
  pool.on('error', () => undefined)
  pools.push(pool)
  return pool
}

/** Through the proxy. */
function farPool(max?: number): Pool {
  const url = new URL(server.url)
  url.host = `127.0.0.1:${String(proxy.port)}`
  return openPool(url.href, max)
}

async function filled(pool: Pool, options: PostgresOptions = {}) {
  const schema = newSchema()
  const slow = postgresStores(openPool(), { schema, ...patient })
  const session = sampleSession()
  await slow.sessions.create(session)
  const { sessions, keys } = postgresStores(pool, { schema, ...options })
  const warm = () => expect.poll(() => sessions.find(session.id).catch(String)).toEqual(session)
  return { schema, session, sessions, keys, slow: slow.sessions, warm }
}

/** Milliseconds: the deadline is 250. */
const soon = 450
const givenUp = { code: 'STORE_UNAVAILABLE', isInTime: true }

/** For what must be answered on a busy machine too. */
const patient = { deadlineMs: 20_000 }

describe('a PostgreSQL that does not answer', () => {
  test('a silent PostgreSQL is given up within the deadline, and what it had been asked has no effect', async () => {
    const pool = farPool()
    const { schema, session, sessions, slow, warm } = await filled(pool)
    await warm()
    proxy.order({ direction: 'toServer', after: 0, then: 'stall' })
    expect(await inTime(soon, () => sessions.rotate(sampleRequest(session)))).toEqual(givenUp)
    await new Promise((resolve) => setTimeout(resolve, 700))
    proxy.heal()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await slow.find(session.id)).toEqual(session)
    const { sessions: again } = postgresStores(pool, { schema, ...patient })
    expect((await again.rotate(sampleRequest(session))).kind).toBe('rotated')
  })

  test('a PostgreSQL whose answer is lost has rotated once: asked again, the successor is the same', async () => {
    const { session, sessions, slow } = await filled(farPool(), patient)
    // After the first rotation the server's clock is known.
    await sessions.rotate(sampleRequest(sampleSession()))
    proxy.order({ direction: 'toClient', after: 3, then: 'cut' })
    await expect(sessions.rotate(sampleRequest(session))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    await expect.poll(async () => (await slow.find(session.id))?.generation).toBe(1)
    expect((await sessions.rotate(sampleRequest(session))).kind).toBe('replayed')
  })

  test('a PostgreSQL whose row is locked is given up, and the server gives up too', async () => {
    const { schema, session, sessions, slow, warm } = await filled(openPool())
    await warm()
    const holder = new Client(server.url)
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query(`SELECT 1 FROM ${schema}.jotgate_families FOR UPDATE`)
    expect(await inTime(soon, () => sessions.rotate(sampleRequest(session)))).toEqual(givenUp)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await holder.query('COMMIT')
    await holder.end()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await slow.find(session.id)).toEqual(session)
  })

  test('a silent PostgreSQL gives no connection in time when all are in use, and lends them again later', async () => {
    const pool = openPool(server.url, 1)
    const { session, sessions, warm } = await filled(pool)
    const borrowed = await pool.connect()
    expect(await inTime(soon, () => sessions.find(session.id))).toEqual(givenUp)
    borrowed.release()
    await warm()
  })

  test('a silent PostgreSQL keeps its connections however many questions waited for one in vain', async () => {
    const pool = openPool(server.url, 2)
    let opened = 0
    pool.on('connect', () => opened++)
    const { schema, session, sessions } = await filled(pool)
    const { sessions: patiently } = postgresStores(pool, { schema, ...patient })
    await patiently.find(session.id)
    const borrowed = await Promise.all([pool.connect(), pool.connect()])
    const asked = await Promise.all(
      Array.from({ length: 40 }, () => inTime(soon, () => sessions.find(session.id))),
    )
    expect(asked).toEqual(asked.map(() => givenUp))
    for (const each of borrowed) each.release()
    expect(await patiently.find(session.id)).toEqual(session)
    expect(opened).toBe(2)
  })

  test('a PostgreSQL that is not there at all is given up', async () => {
    const { sessions } = postgresStores(openPool('postgres://postgres@127.0.0.1:1/postgres'))
    expect(await inTime(soon, () => sessions.find('x'))).toEqual(givenUp)
  })
})

describe('a PostgreSQL that lost writes', () => {
  test('an older row put back is a rollback, no theft, and leaves no token alive', async () => {
    const { schema, session, sessions } = await filled(openPool(), patient)
    const database = postgresDatabase(openPool(), { schema, ...patient })
    const rotate = (presented: number) =>
      sessions.rotate(sampleRequest(session, { presented, now: start + 450 * (presented + 1) }))
    await rotate(0)
    await database.query('CREATE TABLE older AS SELECT * FROM jotgate_families')
    for (const presented of [1, 2, 3]) expect((await rotate(presented)).kind).toBe('rotated')
    await database.batch([
      { text: 'DELETE FROM jotgate_families' },
      { text: 'INSERT INTO jotgate_families SELECT * FROM older' },
    ])
    expect((await rotate(4)).kind).toBe('rolledBack')
    for (const presented of [4, 3, 2]) expect((await rotate(presented)).kind).toBe('rolledBack')
    for (const presented of [1, 0]) expect((await rotate(presented)).kind).toBe('ended')
  })
})

describe('tables in PostgreSQL', () => {
  test('tables in PostgreSQL are made once by any number of processes that start at once', async () => {
    const schema = newSchema()
    const all = Array.from({ length: 6 }, () =>
      postgresStores(openPool(server.url, 1), { schema, ...patient }),
    )
    await Promise.all(all.map((stores) => stores.migrate()))
    const sessions = all.map((stores) => stores.sessions)
    const session = sampleSession()
    await sessions[0]?.create(session)
    for (const each of sessions) expect(await each.find(session.id)).toEqual(session)
  })

  test('tables in PostgreSQL of two schemas stay apart, over one pool of one connection too', async () => {
    const pool = openPool(server.url, 1)
    const [one, other] = [await filled(pool, patient), await filled(pool, patient)]
    for (const { session, sessions } of [one, other, one])
      expect(await sessions.find(session.id)).toEqual(session)
    expect(await one.sessions.find(other.session.id)).toBeUndefined()
  })

  test('tables in PostgreSQL that fail to be made leave the version before', async () => {
    const database = postgresDatabase(openPool(), { schema: 'public', ...patient })
    const part = newSchema()
    const versionOf = (...statements: string[]) => ({
      part,
      versions: [{ adds: 'ids', statements }],
    })
    const broken = versionOf(`CREATE TABLE ${part} (id TEXT)`, 'NONSENSE')
    await expect(migrate(database, broken)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await migrate(database, versionOf(`CREATE TABLE ${part} (id TEXT)`))
    expect(await database.query(`SELECT * FROM ${part}`)).toEqual([])
  })

  test('BIGINT comes as a number where a number holds it, and as text beyond', async () => {
    const database = postgresDatabase(openPool(), patient)
    const text =
      "SELECT 9007199254740991::BIGINT AS most, 9007199254740992::BIGINT AS more, NULL::BIGINT AS none, '7' AS text"
    expect(await database.query(text)).toEqual([
      { most: 9_007_199_254_740_991, more: '9007199254740992', none: null, text: '7' },
    ])
  })
})

describe('statements', () => {
  test('statements are prepared once on a connection, for each schema, and their number has a limit', async () => {
    const pool = openPool(server.url, 1)
    const prepared = async () => {
      const { rows } = await pool.query(
        "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'jotgate%'",
      )
      return rows.length
    }
    const { session, sessions } = await filled(pool, patient)
    for (let round = 0; round < 3; round++) {
      expect(await sessions.find(session.id)).toEqual(session)
      expect((await sessions.rotate(sampleRequest(sampleSession()))).kind).toBe('unknown')
    }
    // Looking whether the tables are there, the two above, and the server's clock.
    const before = await prepared()
    expect(before).toBeGreaterThanOrEqual(3)
    expect(before).toBeLessThan(10)
    const other = await filled(pool, patient)
    expect(await other.sessions.find(session.id)).toBeUndefined()
    expect(await other.sessions.find(other.session.id)).toEqual(other.session)
    expect(await sessions.find(session.id)).toEqual(session)
    const database = postgresDatabase(pool, patient)
    for (let number = 0; number < 300; number++) await database.query(`SELECT ${String(number)}`)
    expect(await prepared()).toBeLessThan(before * 2 + 201)
  })

  test('statements go on when a table has got another column', async () => {
    const pool = openPool(server.url, 1)
    const { schema, session, sessions } = await filled(pool, patient)
    for (let round = 0; round < 2; round++) expect(await sessions.find(session.id)).toEqual(session)
    await sessions.rotate(sampleRequest(session))
    // What a program of its own asks for by `*` is what the server refuses to go on with.
    const database = postgresDatabase(pool, { schema, ...patient })
    const readAll = () => database.query('SELECT * FROM jotgate_families')
    for (let round = 0; round < 2; round++) expect(await readAll()).toHaveLength(1)
    await pool.query(`ALTER TABLE ${schema}.jotgate_families ADD COLUMN later TEXT`)
    expect((await sessions.find(session.id))?.generation).toBe(1)
    expect((await sessions.rotate(sampleRequest(session))).kind).toBe('replayed')
    expect((await sessions.find(session.id))?.generation).toBe(1)
    expect(await readAll()).toMatchObject([{ id: session.id, later: null }])
  })

  test('statements of the stores stay prepared when a table has got another column', async () => {
    const pool = openPool(server.url, 1)
    const { schema, session, sessions } = await filled(pool, patient)
    const rotate = () => sessions.rotate(sampleRequest(session))
    for (let round = 0; round < 2; round++) await rotate()
    await pool.query(`ALTER TABLE ${schema}.jotgate_families ADD COLUMN later TEXT`)
    const runs = async () => {
      const { rows } = await pool.query<{ runs: string }>(
        `SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements
         WHERE statement LIKE '%UPDATE jotgate_families%'`,
      )
      return rows.map(({ runs: count }) => Number(count))
    }
    const [before = 0, ...others] = await runs()
    expect(others).toEqual([])
    await rotate()
    expect(await runs()).toEqual([before + 1])
  })
})

test('options that are not known, or make no sense, are refused', () => {
  const pool = openPool()
  expect(() => postgresStores(pool, { timeout: 5 } as object)).toThrow(/not an option/)
  expect(() => postgresStores(pool, { deadlineMs: 0 })).toThrow(/deadlineMs/)
  expect(() => postgresStores(pool, { schema: '' })).toThrow(/schema/)
})

test('pages of sessions are in the order of bytes, whatever the collation of the database', async () => {
  const [pool, schema] = [openPool(), newSchema()]
  const stores = postgresStores(pool, { schema })
  const { sessions } = stores
  await stores.migrate()
  await pool.query(
    `ALTER TABLE ${schema}.jotgate_families ALTER COLUMN sid TYPE TEXT COLLATE "en-x-icu"`,
  )
  const all = Array.from({ length: 40 }, () => sampleSession())
  for (const each of all) await sessions.create(each)
  const sids = all.map(({ sid }) => sid).sort()
  const pages: string[] = []
  while (pages.length < 40) {
    const after = { createdAt: start, sid: pages.at(-1) ?? '' }
    const page = await sessions.list('user-1', start, { limit: 7, after })
    expect(page.length).toBeGreaterThan(0)
    pages.push(...page.map(({ sid }) => sid))
  }
  expect(pages).toEqual(sids)
})
