import { describe, expect, test } from 'vitest'
import { macOf, readRow, selectColumns } from '../../../apps/auth-service/src/audit/audit-row.js'
import type { Audit } from '../../../apps/auth-service/src/audit/audit.js'
import type { Claim } from '../../../apps/auth-service/src/audit/claims.js'
import type { SqlDatabase, SqlValue } from '../../../src/stores/sql/database.js'
import { createWorld, recordAll, type World } from './audit-world.js'
import { auditDatabases, databaseKinds } from './databases.js'

const databases = auditDatabases()

/** Two processes: one with rows 1 to 6, one with rows 1 to 4. Row 1 is the opening one. */
interface Stage extends World {
  readonly one: Audit
  readonly other: Audit
  readonly chain: string
  readonly otherChain: string
  readonly run: (text: string, params: readonly SqlValue[]) => Promise<unknown>
}

async function stageOf(database: SqlDatabase): Promise<Stage> {
  const world = createWorld(database)
  const [one, other] = [await world.process(), await world.process()]
  await recordAll(one, ['ann', 'ben', 'cid', 'dan', 'eve'])
  await recordAll(other, ['ann', 'ben', 'cid'])
  expect(await world.findings()).toEqual([])
  const [chain, otherChain] = [chainOf(one), chainOf(other)]
  const run = (text: string, params: readonly SqlValue[]) => database.query(text, params)
  return { ...world, one, other, chain, otherChain, run }
}

function chainOf(audit: Audit): string {
  return headOf(audit).chain
}

function headOf(audit: Audit): Claim {
  const head = audit.head()
  if (head === undefined) throw new Error('the chain is not open')
  return { ...head, source: 'a test' }
}

/** Copies a row of a chain to another place of it, whose row must be gone. */
const copyRow = `INSERT INTO service_audit_rows SELECT chain, CAST($3 AS BIGINT), mac, id, at, kind, result, reason, actor_kind,
  actor, subject_kind, subject, client, sid, details, commitments, actor_name, actor_salt, subject_name, subject_salt,
  address, user_agent, place_salt FROM service_audit_rows WHERE chain = $1 AND seq = $2`

/** What is done to the stored log, and what verification says then. */
const tamperings: Readonly<
  Record<string, { act: (stage: Stage) => Promise<unknown>; found: readonly string[] }>
> = {
  'a changed result': {
    act: ({ run, chain }) =>
      run("UPDATE service_audit_rows SET result = 'refused' WHERE chain = $1 AND seq = 3", [chain]),
    found: ['changed 3'],
  },
  'a changed time': {
    act: ({ run, chain }) =>
      run('UPDATE service_audit_rows SET at = at - 1 WHERE chain = $1 AND seq = 6', [chain]),
    found: ['changed 6'],
  },
  'another user in a row': {
    act: ({ run, chain }) =>
      run("UPDATE service_audit_rows SET actor = 'ben' WHERE chain = $1 AND seq = 2", [chain]),
    found: ['changed 2'],
  },
  'a changed MAC': {
    act: ({ run, chain }) =>
      run("UPDATE service_audit_rows SET mac = 'x' WHERE chain = $1 AND seq = 3", [chain]),
    found: ['changed 3', 'changed 4'],
  },
  'a changed name': {
    act: ({ run, chain }) =>
      run("UPDATE service_audit_rows SET actor_name = 'x' WHERE chain = $1 AND seq = 3", [chain]),
    found: ['value 3'],
  },
  'an address that was added': {
    act: ({ run, chain }) =>
      run("UPDATE service_audit_rows SET subject_name = 'x' WHERE chain = $1 AND seq = 3", [chain]),
    found: ['value 3'],
  },
  'a name and a salt that were removed without an erasure': {
    act: ({ run, chain }) =>
      run(
        'UPDATE service_audit_rows SET actor_name = NULL, actor_salt = NULL WHERE chain = $1 AND seq = 3',
        [chain],
      ),
    found: ['unerased 3'],
  },
  'a salt that was removed alone': {
    act: ({ run, chain }) =>
      run('UPDATE service_audit_rows SET place_salt = NULL WHERE chain = $1 AND seq = 3', [chain]),
    found: ['value 3'],
  },
  'a removed row': {
    act: ({ run, chain }) =>
      run('DELETE FROM service_audit_rows WHERE chain = $1 AND seq = 3', [chain]),
    found: ['missing 3'],
  },
  'several removed rows': {
    act: ({ run, chain }) =>
      run('DELETE FROM service_audit_rows WHERE chain = $1 AND seq IN (3, 4)', [chain]),
    found: ['missing 3 4'],
  },
  'a removed beginning': {
    act: ({ run, chain }) =>
      run('DELETE FROM service_audit_rows WHERE chain = $1 AND seq < 3', [chain]),
    found: ['missing 1 2'],
  },
  'a row that was removed and hidden by renumbering': {
    act: async ({ run, chain }) => {
      await run('DELETE FROM service_audit_rows WHERE chain = $1 AND seq = 3', [chain])
      for (const seq of [4, 5, 6])
        await run('UPDATE service_audit_rows SET seq = seq - 1 WHERE chain = $1 AND seq = $2', [
          chain,
          seq,
        ])
    },
    // Its commitments are of other places, too.
    found: ['changed 3', 'value 3', 'changed 4', 'value 4', 'changed 5', 'value 5'],
  },
  'an inserted row': {
    act: ({ run, chain }) => run(copyRow, [chain, 2, 7]),
    found: ['changed 7', 'value 7'],
  },
  'two rows that changed places': {
    act: async ({ run, chain }) => {
      for (const [from, to] of [
        [3, 99],
        [4, 3],
        [99, 4],
      ])
        await run(`UPDATE service_audit_rows SET seq = $1 WHERE chain = $2 AND seq = $3`, [
          to ?? 0,
          chain,
          from ?? 0,
        ])
    },
    found: ['changed 3', 'value 3', 'changed 4', 'value 4', 'changed 5'],
  },
  'a row that was moved to the end of another chain': {
    act: async ({ run, chain, otherChain }) => {
      await run('UPDATE service_audit_rows SET chain = $1, seq = 5 WHERE chain = $2 AND seq = 6', [
        otherChain,
        chain,
      ])
    },
    found: ['changed 5', 'value 5'],
  },
  'a list of chains without one of them': {
    act: ({ run, chain }) => run('DELETE FROM service_audit_chains WHERE chain = $1', [chain]),
    found: ['unlisted'],
  },
  'a forged checkpoint that hides the first rows': {
    act: async ({ run, chain, database }) => {
      const text = 'SELECT mac FROM service_audit_rows WHERE chain = $1 AND seq = 3'
      const [row] = await database.query(text, [chain])
      await run('DELETE FROM service_audit_rows WHERE chain = $1 AND seq <= 3', [chain])
      await run('UPDATE service_audit_chains SET gone_seq = 3, gone_mac = $1 WHERE chain = $2', [
        String(row?.['mac']),
        chain,
      ])
    },
    found: ['checkpoint'],
  },
  'the checkpoint of another chain': {
    act: ({ run, chain, otherChain }) =>
      run(
        `UPDATE service_audit_chains SET signature =
           (SELECT signature FROM service_audit_chains WHERE chain = $1) WHERE chain = $2`,
        [otherChain, chain],
      ),
    found: ['checkpoint'],
  },
  'another key for a chain': {
    act: ({ run, chain }) =>
      run("UPDATE service_audit_chains SET key_id = 'other' WHERE chain = $1", [chain]),
    found: ['key'],
  },
}

/** Places that no writer gives a row. */
const oddPlaces = [
  ['', 0],
  ['', -7],
  ['', 1],
  ['a chain that is nowhere', 0],
] as const

describe.each(databaseKinds)('over %s', (kind) => {
  const open = databases[kind]

  test.each(Object.entries(tamperings))('verification finds %s', async (_, { act, found }) => {
    const stage = await stageOf(await open())
    await act(stage)
    const { findings, rows } = await stage.verify()
    expect(rows).toBeGreaterThan(4)
    expect((await stage.findings()).toSorted()).toEqual(found.toSorted())
    for (const { chain } of findings) expect([stage.chain, stage.otherChain]).toContain(chain)
  })

  test.each(oddPlaces)(
    'verification finds a row that was inserted as chain "%s", row %i',
    async (...place) => {
      const stage = await stageOf(await open())
      await stage.run(copyRow, [stage.chain, 2, 99])
      await stage.run(
        `UPDATE service_audit_rows SET chain = $2, seq = $3 WHERE chain = $1 AND seq = 99`,
        [stage.chain, ...place],
      )
      const page = { limit: 20, order: 'oldest first' } as const
      expect((await stage.one.search({ actor: 'ann' }, page)).map(({ chain }) => chain)).toContain(
        place[0],
      )
      expect(await stage.findings()).toContain('unlisted')
    },
  )

  test('a chain that was cut off is found by the heads that another chain holds', async () => {
    const stage = await stageOf(await open())
    await stage.other.vouch()
    await stage.run('DELETE FROM service_audit_rows WHERE chain = $1 AND seq > 4', [stage.chain])
    expect(await stage.findings()).toEqual(['cut 5 6'])
  })

  test('a chain that nothing has vouched for, and whose rows are all removed, is counted as one without a closing row', async () => {
    const stage = await stageOf(await open())
    await stage.other.close()
    expect(await stage.verify()).toMatchObject({ found: 0, chains: 2, open: 1 })
    await stage.run('DELETE FROM service_audit_rows', [])
    expect(await stage.verify()).toMatchObject({ found: 0, chains: 2, open: 2 })
  })

  test('a chain that was cut off is found by exported heads', async () => {
    const stage = await stageOf(await open())
    const head = headOf(stage.one)
    await stage.run('DELETE FROM service_audit_rows WHERE chain = $1 AND seq = 6', [stage.chain])
    expect(await stage.findings()).toEqual([])
    expect(await stage.findings([head])).toEqual(['cut 6'])
  })

  test('a whole chain that was removed is found by the chain that was opened later, and by exported heads', async () => {
    const stage = await stageOf(await open())
    const heads = [headOf(stage.one), headOf(stage.other)]
    for (const table of ['rows', 'chains'])
      await stage.run(`DELETE FROM service_audit_${table} WHERE chain = $1`, [stage.chain])
    expect(await stage.findings()).toEqual(['chain'])
    expect(await stage.findings(heads)).toEqual(['chain'])
    await stage.run(`DELETE FROM service_audit_rows WHERE chain = $1`, [stage.otherChain])
    expect((await stage.findings(heads)).toSorted()).toEqual(['chain', 'cut 1 4'])
  })

  test('a chain that was written anew with its key is found by an exported head alone', async () => {
    const stage = await stageOf(await open())
    const { chain, database, keys } = stage
    const head = headOf(stage.one)
    const text = `SELECT ${selectColumns} FROM service_audit_rows WHERE chain = $1 ORDER BY seq`
    let prev = ''
    for (const stored of await database.query(text, [chain])) {
      const row = { ...readRow(stored), result: 'refused' }
      prev = macOf(row, prev, keys.current.bytes)
      await stage.run(
        "UPDATE service_audit_rows SET result = 'refused', mac = $1 WHERE chain = $2 AND seq = $3",
        [prev, chain, row.seq],
      )
    }
    expect((await stage.findings()).filter((each) => !each.startsWith('forked'))).toEqual([])
    expect(await stage.findings([head])).toEqual(['forked 6'])
  })
})
