import { describe, expect, test } from 'vitest'
import {
  readAll,
  searchStatement,
  type AuditPlace,
  type AuditQuery,
} from '../../../apps/auth-service/src/audit/search.js'
import { showRow } from '../../../apps/auth-service/src/audit/show-row.js'
import { listHeads } from '../../../apps/auth-service/src/audit/heads.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { createWorld, login } from './audit-world.js'
import { auditDatabases, databaseKinds, type DatabaseKind } from './databases.js'

const databases = auditDatabases()
const start = 1_800_000_000

/** Forty thousand rows: of a thousand users at ten clients, one a second, in one chain. */
const rowCount = 40_000
const series: Readonly<Record<DatabaseKind, string>> = {
  SQLite: `(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${String(rowCount)}) SELECT n FROM r)`,
  PostgreSQL: `(SELECT generate_series(1, ${String(rowCount)}) AS n)`,
}
const fill = (kind: DatabaseKind) => `INSERT INTO service_audit_rows
  (chain, seq, mac, id, at, kind, result, actor_kind, actor, subject_kind, subject, client, sid, address)
  SELECT 'c', n, 'mac', 'id-' || n, ${String(start * 1000)} + n * 1000, CASE WHEN n % 500 = 0 THEN 'key.rotated' ELSE 'user.login' END,
    'done', 'user', 'user-' || (n % 1000), 'user', 'user-' || (n % 1000), 'client-' || (n % 10), 'sid-' || n,
    '10.0.0.' || (n % 250) FROM ${series[kind]} AS numbers`

/** Every way of searching that has an index, and the name of that index. */
const searches: readonly (readonly [index: string, AuditQuery])[] = [
  ['service_audit_at', {}],
  ['service_audit_at', { since: (start + 100) * 1000, until: (start + 200) * 1000 }],
  ['service_audit_actor', { actor: 'user-7' }],
  ['service_audit_subject', { subject: 'user-7' }],
  ['service_audit_kind', { kind: 'key.rotated' }],
  ['service_audit_client', { client: 'no-such-client' }],
  ['service_audit_sid', { sid: 'sid-7' }],
  ['service_audit_address', { address: '10.0.0.7' }],
]

async function planOf(database: SqlDatabase, kind: DatabaseKind, query: AuditQuery) {
  const after = { at: (start + 150) * 1000, chain: 'c', seq: 150 }
  const { text, params } = searchStatement(query, { limit: 51, after, order: 'newest first' })
  const explain = kind === 'SQLite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'
  const rows = await database.query(`${explain} ${text}`, params)
  return rows.map((row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n')
}

describe.each(databaseKinds)('over %s', (kind) => {
  test('each way of searching goes by its index and never reads the whole table', async () => {
    const world = createWorld(await databases[kind]())
    const audit = await world.process()
    await world.database.query(fill(kind))
    await world.database.query('ANALYZE')
    for (const [index, query] of searches) {
      const plan = await planOf(world.database, kind, query)
      expect(plan).toContain(index)
      expect(plan).not.toMatch(/SCAN service_audit_rows$|Seq Scan/m)
    }
    expect(searches.length).toBeGreaterThan(6)
    const [newest] = await audit.search({ sid: 'sid-40000' }, { limit: 5, order: 'newest first' })
    expect(newest?.seq).toBe(rowCount)
    expect((await listHeads(world, 10)).map(({ seq }) => seq)).toEqual([1])
  })

  test('pages hold every row once, also where many rows have one time', async () => {
    const world = createWorld(await databases[kind]())
    const [one, other] = [await world.process(), await world.process()]
    for (let at = 0; at < 7; at++)
      for (const audit of [one, other])
        await audit.sink.take(login('ann', { at: start + (at % 2) }))
    for (const order of ['newest first', 'oldest first'] as const) {
      const seen: string[] = []
      for (let after: AuditPlace | undefined, more = true; more;) {
        const rows = await one.search({ actor: 'ann' }, { limit: 3, after, order })
        seen.push(...rows.map(({ chain, seq }) => `${chain} ${String(seq)}`))
        after = rows.at(-1)
        more = rows.length === 3
      }
      expect(seen).toHaveLength(14)
      expect(new Set(seen).size).toBe(14)
    }
  })

  test('filters are combined, times are at or after since and before until, and an export reads all of it', async () => {
    const world = createWorld(await databases[kind]())
    const audit = await world.process()
    for (const [at, user] of ['ann', 'ben', 'ann', 'cid'].entries())
      await audit.sink.take(login(user, { at: start + at, client: `client-${String(at)}` }))
    const find = async (query: AuditQuery) =>
      (await audit.search(query, { limit: 9, order: 'oldest first' })).map(({ actor }) => actor)
    expect(await find({ since: start * 1000, until: (start + 2) * 1000 })).toEqual(['ann', 'ben'])
    expect(await find({ actor: 'ann', client: 'client-2' })).toEqual(['ann'])
    expect(await find({ actor: 'ann', client: 'client-1' })).toEqual([])
    expect(await find({ address: '203.0.113.7' })).toHaveLength(4)
    expect(await find({ actor: 'a\0' })).toEqual([])
    const exported: string[] = []
    for await (const rows of readAll(world.database, { since: start * 1000 }))
      exported.push(...rows.map((row) => showRow(row).actor.id))
    expect(exported).toEqual(['ann', 'ben', 'ann', 'cid'])
  })
})
