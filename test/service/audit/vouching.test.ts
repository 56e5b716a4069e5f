import { describe, expect, test } from 'vitest'
import type { Audit } from '../../../apps/auth-service/src/audit/audit.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { createWorld, recordAll, type World } from './audit-world.js'
import { auditDatabases, databaseKinds } from './databases.js'

const databases = auditDatabases()

/** The chain of a command that has acted and ended. */
async function endedChain(world: World): Promise<string> {
  const command = await world.process()
  await recordAll(command, ['mallory'])
  await command.close()
  return chainOf(command)
}

function chainOf(audit: Audit): string {
  return audit.head()?.chain ?? ''
}

/** Inserts chains of one row each, of a far future, as who has the database alone can. */
async function insertChains(database: SqlDatabase, kind: string): Promise<void> {
  for (let at = 0; at < 100; at++) {
    const chain = `false-${String(at)}`
    await database.query(
      `INSERT INTO service_audit_chains SELECT $1, key_id, opened_at, 0, '', signature FROM service_audit_chains LIMIT 1`,
      [chain],
    )
    await database.query(
      `INSERT INTO service_audit_rows (chain, seq, mac, id, at, kind, result, actor_kind, actor, subject_kind, subject)
       VALUES ($1, 1, 'x', 'x', 99999999999999, $2, 'done', 'service', 'jotgate', 'service', 'jotgate')`,
      [chain, kind],
    )
  }
}

async function remove(database: SqlDatabase, like: string): Promise<void> {
  for (const table of ['rows', 'chains'])
    await database.query(`DELETE FROM service_audit_${table} WHERE chain LIKE $1`, [like])
}

describe.each(databaseKinds)('over %s', (kind) => {
  const open = databases[kind]

  test.each(['audit.heads', 'user.login'])(
    'a hundred inserted chains with a row of the kind %s keep no chain from being vouched for, or from the list of heads',
    async (rowKind) => {
      const world = createWorld(await open())
      const service = await world.process()
      const victim = await endedChain(world)
      await insertChains(world.database, rowKind)
      const listed = (await service.heads(100)).map(({ chain }) => chain)
      expect(listed.toSorted()).toEqual([victim, chainOf(service)].toSorted())
      await service.vouch()
      expect(world.logged).toContain('the last row of a chain of the audit log does not verify')
      await remove(world.database, 'false-%')
      expect(await world.findings()).toEqual([])
      await remove(world.database, victim)
      expect(await world.findings()).toEqual(['chain'])
    },
  )

  test('a process vouches for every chain, however many and however old they are', async () => {
    const world = createWorld(await open())
    const victim = await endedChain(world)
    for (let at = 0; at < 110; at++) await (await world.process()).close()
    const service = await world.process()
    await service.vouch()
    const rows = await service.search({ kind: 'audit.heads' }, { limit: 9, order: 'newest first' })
    const details = rows.map((row) => row.details ?? '').join('')
    // The opening row has named a hundred.
    expect(details.match(/:\d+:/g)).toHaveLength(11)
    expect(details).toContain(victim)
  })

  test('a head that does not verify is named in the log, and vouched for once it is as it was', async () => {
    const world = createWorld(await open())
    const service = await world.process()
    const victim = await endedChain(world)
    const move = (by: number) =>
      world.database.query(`UPDATE service_audit_rows SET at = at + $1 WHERE chain = $2`, [
        by,
        victim,
      ])
    await move(-1)
    await service.vouch()
    await service.vouch()
    expect(world.logged).toEqual(['the last row of a chain of the audit log does not verify'])
    await move(1)
    await service.vouch()
    await remove(world.database, victim)
    expect(await world.findings()).toEqual(['chain'])
  })

  test('idle processes do not vouch for one another for ever', async () => {
    const world = createWorld(await open())
    const all = [await world.process(), await world.process(), await world.process()]
    const rows = async () => (await world.verify()).rows
    for (let round = 0; round < 3; round++) for (const each of all) await each.vouch()
    const before = await rows()
    for (let round = 0; round < 3; round++) for (const each of all) await each.vouch()
    expect(before).toBeGreaterThan(3)
    expect(await rows()).toBe(before)
  })
})
