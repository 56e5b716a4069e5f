import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AuditRow } from '../../../apps/auth-service/src/audit/audit-row.js'
import {
  createChainWriter,
  type ChainWriterParts,
} from '../../../apps/auth-service/src/audit/chain-writer.js'
import { toEntry } from '../../../apps/auth-service/src/audit/entry.js'
import { lostEntry } from '../../../apps/auth-service/src/audit/flood.js'
import { createWorld, login, recordAll } from './audit-world.js'
import { auditDatabases, databaseKinds } from './databases.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'

const databases = auditDatabases()
const entry = () => toEntry(login('ann'))

/** A writer whose database takes rows only while the test lets it, and keeps them by place, as the table does. */
function stubborn(more: Partial<ChainWriterParts> = {}) {
  const stored = new Map<number, AuditRow>()
  const sizes: number[] = []
  const faults: unknown[] = []
  const database = { takes: true, answers: true }
  const insert = (rows: readonly AuditRow[]) => {
    sizes.push(rows.length)
    if (!database.takes) return Promise.reject(new Error('no disk'))
    for (const row of rows) if (!stored.has(row.seq)) stored.set(row.seq, row)
    return database.answers ? Promise.resolve() : Promise.reject(new Error('no answer'))
  }
  const writer = createChainWriter({
    ...{ chain: 'c', key: randomBytes(32), insert, onFault: (cause) => faults.push(cause) },
    tellLost: (count) => lostEntry(count, { reason: 'unavailable' }),
    ...more,
  })
  return { writer, stored, sizes, faults, database }
}

/** Resolves when no row is owed any more. */
async function settled(writer: { readonly owed: () => number }): Promise<void> {
  while (writer.owed() > 0) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('rows that wait while a statement runs are stored together, in the order in which they came', async () => {
  const { writer, stored, sizes } = stubborn()
  await Promise.all(Array.from({ length: 100 }, () => writer.add(entry())))
  expect(sizes).toEqual([64, 16, 16, 4])
  expect([...stored.keys()]).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
  expect(writer.head()).toMatchObject({ seq: 100, mac: stored.get(100)?.mac })
})

test('a row is written after what the turn of its event still does, such as an answer that does not wait for it', async () => {
  const { writer, sizes } = stubborn()
  const added = writer.add(entry())
  for (let microtasks = 0; microtasks < 1000; microtasks++) await Promise.resolve()
  expect(sizes).toEqual([])
  await added
  expect(sizes).toEqual([1])
})

test('rows that the database refuses are owed, told at once, and stored when it takes rows again', async () => {
  const { writer, stored, faults, database } = stubborn()
  await writer.add(entry())
  database.takes = false
  const refused = [writer.add(entry()), writer.add(entry())]
  for (const each of refused)
    await expect(each).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await expect(writer.add(entry())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(writer.owed()).toBe(3)
  expect(faults).toHaveLength(1)
  database.takes = true
  await settled(writer)
  expect(stored.size).toBe(4)
  await writer.add(entry())
  expect(writer.head().seq).toBe(5)
})

test('a row whose answer was lost is sent again unchanged, so that it stands there once', async () => {
  const { writer, stored, database } = stubborn()
  database.answers = false
  await expect(writer.add(entry())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  const mac = stored.get(1)?.mac
  database.answers = true
  await settled(writer)
  await writer.add(entry())
  expect(writer.head().seq).toBe(2)
  expect(stored.get(1)?.mac).toBe(mac)
})

test('the queue is bounded, and a row tells how many events have none', async () => {
  const { writer, stored, database } = stubborn({ mostWaiting: 3 })
  database.takes = false
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => writer.add(entry())))
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
  expect(writer.owed() + writer.lost()).toBe(9)
  expect(writer.lost()).toBe(6)
  database.takes = true
  await settled(writer)
  await writer.add(entry())
  const lost = [...stored.values()].filter(({ kind }) => kind === 'audit.lost')
  expect(lost.map(({ reason, details }) => [reason, details])).toEqual([
    ['unavailable', '{"count":6}'],
  ])
})

test('a writer that closes says how many rows stay unwritten', async () => {
  const { writer, database } = stubborn()
  database.takes = false
  await writer.add(entry()).catch(() => undefined)
  await writer.add(entry()).catch(() => undefined)
  expect(await writer.close()).toBe(2)
  const other = stubborn()
  const added = other.writer.add(entry())
  expect(await other.writer.close()).toBe(0)
  await added
})

test('a database that stops taking rows leaves a chain that verifies, with the rows that were owed', async () => {
  const real = await databases.SQLite()
  const trouble = { isOn: false }
  const database: SqlDatabase = {
    ...real,
    query: (text, params) =>
      trouble.isOn && text.startsWith('INSERT')
        ? Promise.reject(new Error('disk full'))
        : real.query(text, params),
  }
  const world = createWorld(database)
  const audit = await world.process()
  await recordAll(audit, ['ann'])
  trouble.isOn = true
  // The queue has it: who repeats what rejects would fill the queue with copies.
  await recordAll(audit, ['ben'])
  expect(audit.owed()).toBe(1)
  expect(world.logged).toEqual(['the database refuses rows of the audit log; they are retried'])
  trouble.isOn = false
  await settled(audit)
  await audit.close()
  expect(await world.verify()).toMatchObject({ findings: [], rows: 4, open: 0 })
})

test.each(databaseKinds)(
  'a row of another that stands in the place of the next one over %s is a fault, and swallows no event',
  async (kind) => {
    const database = await databases[kind]()
    const world = createWorld(database)
    const audit = await world.process()
    await recordAll(audit, ['ann'])
    await database.query(
      `INSERT INTO service_audit_rows (chain, seq, mac, id, at, kind, result, actor_kind, actor, subject_kind, subject)
       SELECT chain, 4, 'x', 'x', at, kind, result, actor_kind, actor, subject_kind, subject FROM service_audit_rows WHERE seq = 2`,
    )
    await Promise.all(['ben', 'cid', 'dan'].map((user) => recordAll(audit, [user])))
    expect(audit.owed()).toBeGreaterThan(0)
    expect(world.logged).toEqual(['the database refuses rows of the audit log; they are retried'])
    await database.query("DELETE FROM service_audit_rows WHERE mac = 'x'")
    await settled(audit)
    expect(await world.verify()).toMatchObject({ findings: [], rows: 5 })
  },
)

test('texts that a database cannot store are replaced before they are chained', async () => {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    const world = createWorld(await databases[kind]())
    const audit = await world.process()
    const odd = 'a\0b\uD800c"\\\u2028'
    await audit.sink.take(
      login('ann', { from: { userAgent: odd }, details: { odd }, reason: odd.repeat(100) }),
    )
    expect(await world.verify()).toMatchObject({ findings: [], rows: 2 })
    const [row] = await audit.search({ actor: 'ann' }, { limit: 1, order: 'newest first' })
    expect(row?.userAgent).toBe('a\uFFFDb\uFFFDc"\\\u2028')
    expect(row?.reason?.length).toBeLessThanOrEqual(256)
  }
})
