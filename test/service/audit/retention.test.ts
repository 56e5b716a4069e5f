import { describe, expect, test } from 'vitest'
import type { Audit } from '../../../apps/auth-service/src/audit/audit.js'
import { sweepAudit } from '../../../apps/auth-service/src/audit/retention.js'
import { createWorld, login, recordAll, type World } from './audit-world.js'
import { auditDatabases, databaseKinds } from './databases.js'

const databases = auditDatabases()
const day = 86_400
const today = Date.now() / 1000

/** A sweep as it would be so many days from now; the chains that it keeps because they do not verify. */
async function sweepIn(days: number, { database, keys }: World) {
  const faults: string[] = []
  const before = (today + days * day) * 1000
  const onFault = (chain: string) => faults.push(chain)
  return { removed: await sweepAudit({ database, keys, before, onFault }), faults }
}

/** A chain with 701 rows of today, and 3 of two days later. */
async function agedChain(world: World): Promise<{ audit: Audit; chain: string }> {
  const audit = await world.process()
  const users = Array.from({ length: 700 }, (_, at) => `user-${String(at)}`)
  await Promise.all(users.map((user) => audit.sink.take(login(user))))
  for (const user of ['ann', 'ben', 'cid'])
    await audit.sink.take(login(user, { at: today + 2 * day }))
  return { audit, chain: audit.head()?.chain ?? '' }
}

describe.each(databaseKinds)('over %s', (kind) => {
  const open = databases[kind]

  test('rows that are old go as a whole beginning of a chain, and the rest verifies from the checkpoint', async () => {
    const world = createWorld(await open())
    const { audit, chain } = await agedChain(world)
    expect(await sweepIn(-1, world)).toEqual({ removed: 0, faults: [] })
    expect(await sweepIn(1, world)).toEqual({ removed: 701, faults: [] })
    expect(await sweepIn(1, world)).toEqual({ removed: 0, faults: [] })
    expect(await world.verify()).toMatchObject({ findings: [], rows: 3, chains: 1 })
    await recordAll(audit, ['dan'])
    const head = { ...(audit.head() ?? { chain: '', seq: 0, mac: '' }), source: '' }
    expect(await world.findings([head])).toEqual([])
    // What is missing behind the checkpoint is still found.
    const text = 'DELETE FROM service_audit_rows WHERE chain = $1 AND seq = 702'
    await world.database.query(text, [chain])
    expect(await world.findings([head])).toEqual(['missing 702'])
  })

  test('a chain whose rows are all old leaves its checkpoint, which heads are checked against', async () => {
    const world = createWorld(await open())
    const { audit, chain } = await agedChain(world)
    const head = { ...(audit.head() ?? { chain, seq: 0, mac: '' }), source: '' }
    expect(await sweepIn(3, world)).toEqual({ removed: 704, faults: [] })
    expect(await world.verify([head])).toMatchObject({ findings: [], rows: 0, chains: 1 })
    expect(await world.findings([{ ...head, mac: 'x' }])).toEqual(['forked 704'])
    expect(await world.findings([{ ...head, seq: 705 }])).toEqual(['cut 705'])
    await world.database.query("UPDATE service_audit_chains SET signature = 'x'", [])
    expect(await world.findings()).toEqual(['checkpoint'])
  })

  test('three processes that sweep at once leave what one would leave, and report no fault', async () => {
    const world = createWorld(await open())
    await Promise.all([agedChain(world), agedChain(world)])
    const sweeps = await Promise.all([1, 1, 1].map((days) => sweepIn(days, world)))
    expect(sweeps.flatMap(({ faults }) => faults)).toEqual([])
    expect(await world.verify()).toMatchObject({ findings: [], rows: 6, chains: 2 })
  })

  test('retention signs for no changed row: rows that were backdated stay, and are found', async () => {
    const world = createWorld(await open())
    const audit = await world.process()
    await recordAll(audit, ['ann', 'ben', 'cid'])
    const chain = audit.head()?.chain ?? ''
    for (const text of [
      'UPDATE service_audit_rows SET at = 1 WHERE chain = $1 AND seq <= 3',
      'UPDATE service_audit_chains SET opened_at = 1 WHERE chain = $1',
    ])
      await world.database.query(text, [chain])
    expect(await sweepIn(-1, world)).toEqual({ removed: 0, faults: [chain] })
    expect(await world.findings()).toEqual(['changed 1', 'changed 2', 'changed 3'])
  })

  test('verification finds nothing while rows are added, and while retention removes them', async () => {
    const world = createWorld(await open())
    const { audit } = await agedChain(world)
    const other = await world.process()
    const [verdict] = await Promise.all([
      world.verify(),
      recordAll(audit, ['dan', 'eve']),
      other.vouch().then(() => sweepIn(1, world)),
    ])
    expect(verdict.findings).toEqual([])
    expect(verdict.rows).toBeGreaterThan(2)
    expect(await world.findings()).toEqual([])
  })
})
