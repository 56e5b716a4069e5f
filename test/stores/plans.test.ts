import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SqlDatabase, SqlStatement } from '../../src/stores/sql/database.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { sqlSweep } from '../../src/stores/sql/session-sweep.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { sampleRequest, sampleSession, start } from '../../src/testkit/sample-session.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'

const schema = `plans_${String(process.pid)}`
let server: PostgresServer
let pool: Pool
beforeAll(async () => {
  server = await startPostgres()
  // One connection: what is set in it holds for all that follows.
  pool = new Pool({ connectionString: server.url, max: 1 }).on('error', () => undefined)
})
afterAll(async () => {
  await pool.end()
  await server.stop()
})

/** Fifty thousand sessions, of which a hundred are over, two hundred have ended, and ten are of an earlier release. */
const fill = (numbers: string) => `
  INSERT INTO jotgate_families (id, sid, subject, client, scope, audience, generation, parent, created_at, rotated_at,
    absolute_expiry, idle_expiry, ended_at, meta, sweep_at)
  SELECT 'id-' || n, 'sid-' || n, 'user-' || (n % 9000), 'web', '', '[]', 3, 2, ${String(start)}, ${String(start)},
    ${String(start)} + 2500000 + n, ${String(start)} + n * 10,
    CASE WHEN n % 250 = 0 THEN ${String(start)} + n END, '{}',
    CASE WHEN n % 5000 = 0 THEN NULL ELSE ${String(start)} + n * 10 END
  FROM ${numbers}`

/** Every statement by which sessions are swept. */
async function sweepStatements(): Promise<readonly SqlStatement[]> {
  const statements: SqlStatement[] = []
  const query: SqlDatabase['query'] = (text, params = []) => {
    statements.push({ text, params })
    return Promise.resolve([])
  }
  const { sweep, takeTurn } = sqlSweep(query)
  await sweep({ before: start + 1000, endedBefore: start + 10_000, limit: 200 })
  await takeTurn({ now: start, seconds: 60 })
  return statements
}

describe('with fifty thousand sessions', () => {
  test('SQLite sweeps by its indexes and reads no table as a whole', async () => {
    const client = await openSqlite(':memory:')
    await sqliteStores(client).migrate()
    const database = sqliteDatabase(client)
    const numbers =
      'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 50000) '
    await database.query(numbers + fill('r'))
    const plans: string[] = []
    for (const { text, params } of await sweepStatements()) {
      const rows = await database.query(`EXPLAIN QUERY PLAN ${text}`, params)
      plans.push(rows.map((row) => String(row['detail'])).join('; '))
    }
    client.close()
    expect(plans).toHaveLength(4)
    expect(plans.join('\n')).not.toMatch(/SCAN|TEMP B-TREE/)
    expect(plans[0]).toMatch(/USING .*INDEX jotgate_families_ended \(/)
    for (const plan of plans.slice(1, 3)) expect(plan).toMatch(/INDEX jotgate_families_sweep \(/)
  })

  test('PostgreSQL sweeps by its indexes, also by the plans that it keeps for prepared statements', async () => {
    await postgresStores(pool, { schema, deadlineMs: 20_000 }).migrate()
    await pool.query(fill('generate_series(1, 50000) AS numbers(n)'))
    await pool.query('ANALYZE jotgate_families')
    const plans: string[] = []
    for (const [number, { text, params = [] }] of (await sweepStatements()).entries()) {
      const name = `sweep_${String(number)}`
      await pool.query(`PREPARE ${name} AS ${text}`)
      const explain = `EXPLAIN EXECUTE ${name} (${params.join(', ')})`
      // From the sixth time on a plan for any parameters may be taken.
      for (let time = 0; time < 7; time++) {
        const { rows } = await pool.query<{ 'QUERY PLAN': string }>(explain)
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
      }
    }
    expect(plans).toHaveLength(4 * 7)
    expect(plans.join('\n\n')).not.toMatch(/Seq Scan on jotgate_families|Sort/)
    for (const plan of plans.slice(0, 7)) expect(plan).toContain('jotgate_families_ended')
    for (const plan of plans.slice(7, 21)) expect(plan).toContain('jotgate_families_sweep')
  })
})

test('a refresh on PostgreSQL changes no column that an index has', async () => {
  const { sessions } = postgresStores(pool, { schema: `${schema}_hot`, deadlineMs: 20_000 })
  const details = { facts: { org: 'org-7' }, authTime: start }
  const session = sampleSession({ details })
  await sessions.create(session)
  await pool.query('BEGIN')
  for (let presented = 0; presented < 4; presented++)
    await sessions.rotate(sampleRequest(session, { presented, now: start + 20 * (presented + 1) }))
  const counted = await pool.query(
    "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'jotgate_families' AND schemaname = $1",
    [`${schema}_hot`],
  )
  await pool.query('COMMIT')
  expect(counted.rows).toEqual([{ n_tup_upd: '4', n_tup_hot_upd: '4' }])
})
