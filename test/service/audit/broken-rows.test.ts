import { describe, expect, test } from 'vitest'
import { sweepAudit } from '../../../apps/auth-service/src/audit/retention.js'
import { readAll } from '../../../apps/auth-service/src/audit/search.js'
import { createWorld, login, recordAll, type World } from './audit-world.js'
import { auditDatabases, databaseKinds, type DatabaseKind } from './databases.js'

/** What one value that no writer writes does to those who read the log: it is found, and stops none of them. */
const databases = auditDatabases()

/** Values by column; a table of SQLite takes bytes in every column. */
const values: Readonly<Record<DatabaseKind, readonly (readonly [string, string])[]>> = {
  SQLite: [
    ...['chain', 'mac', 'id', 'kind', 'result', 'reason', 'actor', 'subject', 'details'].map(
      (column) => [column, "x'00ff'"] as const,
    ),
    ...['seq', 'at'].flatMap((column) =>
      ["x'00ff'", "x'35'", "'soon'", '9223372036854775807', '9e999', '2.5'].map(
        (value) => [column, value] as const,
      ),
    ),
  ],
  PostgreSQL: [
    ['seq', '9223372036854775807'],
    ['at', '9223372036854775807'],
    ['at', '-9223372036854775808'],
    ['details', "'{'"],
    ['chain', "''"],
  ],
}

async function allRows(world: World): Promise<number> {
  let count = 0
  for await (const rows of readAll(world.database, {})) count += rows.length
  return count
}

describe.each(databaseKinds)('over %s', (kind) => {
  const open = databases[kind]

  test.each(values[kind])(
    'a row whose %s is %s is found, and no reader stops at it',
    async (column, value) => {
      const world = createWorld(await open())
      const [one, other] = [await world.process(), await world.process()]
      await recordAll(one, ['ann', 'ben', 'cid'])
      await recordAll(other, ['ann', 'ben'])
      const chain = one.head()?.chain ?? ''
      const change = `UPDATE service_audit_rows SET ${column} = ${value} WHERE chain = $1 AND seq = 4`
      await world.database.query(change, [chain])
      const findings = await world.findings()
      expect(findings.filter((each) => /^(changed|unlisted)/.test(each)).length).toBeGreaterThan(0)
      const found = await one.search({}, { limit: 50, order: 'newest first' })
      expect(found.length).toBeGreaterThanOrEqual(6)
      expect(await allRows(world)).toBe(found.length)
      await one.heads(100)
      await other.vouch()
      await one.erase('ann', { kind: 'command', id: 'root' })
      const faults: string[] = []
      const onFault = (each: string) => faults.push(each)
      const { database, keys } = world
      await sweepAudit({ database, keys, before: Date.now() + 1000, onFault })
      const [left] = await database.query(
        'SELECT COUNT(*) AS count FROM service_audit_rows WHERE chain = $1',
        [other.head()?.chain ?? ''],
      )
      expect(Number(left?.['count'])).toBe(0)
    },
  )

  test('an entry in the list of chains that holds no checkpoint is found, and no reader stops at it', async () => {
    const world = createWorld(await open())
    const [one, other] = [await world.process(), await world.process()]
    const chain = one.head()?.chain ?? ''
    const huge = '9223372036854775807'
    const changes = kind === 'SQLite' ? [huge, "x'00ff'", "'x'"] : [huge]
    for (const column of ['gone_seq', 'opened_at'])
      for (const value of changes) {
        const change = `UPDATE service_audit_chains SET ${column} = ${value} WHERE chain = $1`
        await world.database.query(change, [chain])
        await other.heads(9)
        await other.vouch()
        const { database, keys } = world
        await sweepAudit({ database, keys, before: 1, onFault: () => undefined })
        if (column === 'gone_seq') expect(await world.findings()).toEqual(['checkpoint'])
        await world.database.query(`UPDATE service_audit_chains SET ${column} = 0`)
      }
    expect(await world.findings()).toEqual([])
  })
})

test('five hundred rows without a readable place end no export, and are not read for ever', async () => {
  const world = createWorld(await databases.SQLite())
  const one = await world.process()
  await Promise.all(
    Array.from({ length: 600 }, (_, at) => one.sink.take(login(`ann-${String(at)}`))),
  )
  for (const column of ['seq', 'at'])
    await world.database.query(
      `UPDATE service_audit_rows SET ${column} = CAST(${column} AS BLOB) WHERE seq > 50`,
    )
  expect(await allRows(world)).toBe(50)
  expect((await world.verify()).found).toBe(551)
})
