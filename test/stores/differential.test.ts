import fc from 'fast-check'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionStore } from '../../src/session/ports.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { history, newSessions, play } from './histories.js'
import { sites, type Connected, type Site } from './redis/servers.js'

/** A few hundred here; more in the long run. */
const numRuns = Number(process.env['HISTORIES'] ?? 150)

let one: Site
let cluster: Site
let postgres: PostgresServer
let pool: Pool
const open: Connected[] = []

beforeAll(async () => {
  const [start, startCluster] = [sites['one Redis'], sites['a Redis Cluster']]
  if (start === undefined || startCluster === undefined) throw new Error('no such site')
  ;[one, cluster, postgres] = await Promise.all([start(), startCluster(), startPostgres()])
  pool = new Pool({ connectionString: postgres.url, max: 2 })
}, 300_000)
afterAll(async () => {
  for (const { close } of open) close()
  await pool.end()
  await Promise.all([one, cluster, postgres].map(({ stop }) => stop()))
})

const byRedis = async (site: Site, name: string, prefix: string) => {
  const connected = await site.clients[name]?.()
  if (connected === undefined) throw new Error(`no client ${name}`)
  open.push(connected)
  return (run: number) =>
    redisStores(connected.client, {
      prefix: `differential-${prefix}-${String(run)}`,
      deadlineMs: 10_000,
    }).sessions
}

/** Each gives an empty store for a run. */
const makers: Record<string, () => Promise<(run: number) => SessionStore | Promise<SessionStore>>> =
  {
    SQLite: () => Promise.resolve(async () => sqliteStores(await openSqlite(':memory:')).sessions),
    PostgreSQL: async () => {
      // Making tables takes longer than a history does.
      const stores = postgresStores(pool, { schema: 'histories', deadlineMs: 10_000 })
      await stores.migrate()
      return async () => {
        await pool.query('TRUNCATE histories.jotgate_families')
        return stores.sessions
      }
    },
    'Redis by ioredis': () => byRedis(one, 'ioredis', 'io'),
    'Redis by node-redis': () => byRedis(one, 'node-redis', 'node'),
    'a Redis Cluster by ioredis': () => byRedis(cluster, 'ioredis', 'io'),
    'a Redis Cluster by node-redis': () => byRedis(cluster, 'node-redis', 'node'),
  }

describe.each(Object.entries(makers))('%s', (_, prepare) => {
  test('a store answers any history as the memory store does', { timeout: 600_000 }, async () => {
    const make = await prepare()
    let runs = 0
    const kinds = new Set<string>()
    const same = fc.asyncProperty(history, async (steps) => {
      const sessions = newSessions()
      const answers = await play(steps, sessions, await make(runs++))
      const expected = await play(steps, sessions, memoryStores().sessions)
      expect(answers).toEqual(expected)
      for (const answer of expected)
        if (typeof answer === 'object' && answer !== null && 'kind' in answer)
          kinds.add(String(answer.kind))
    })
    await fc.assert(same, { numRuns })
    // A comparison of nothing but strangers would prove nothing.
    for (const kind of [
      'rotated',
      'replayed',
      'recovered',
      'reused',
      'rolledBack',
      'ended',
      'expired',
      'otherClient',
      'unknown',
    ])
      expect(kinds).toContain(kind)
  })
})
