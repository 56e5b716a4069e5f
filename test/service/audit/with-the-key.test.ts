import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  insertColumns,
  macOf,
  members,
  readRow,
  selectColumns,
  type AuditRow,
} from '../../../apps/auth-service/src/audit/audit-row.js'
import type { Audit } from '../../../apps/auth-service/src/audit/audit.js'
import { signCheckpoint } from '../../../apps/auth-service/src/audit/checkpoint.js'
import type { Claim } from '../../../apps/auth-service/src/audit/claims.js'
import { readHeads } from '../../../apps/auth-service/src/audit/read-heads.js'
import { temporaryFolder } from '../running-service.js'
import { createWorld, keep, recordAll, type World } from './audit-world.js'
import { auditDatabases, databaseKinds } from './databases.js'

/** What a thief of database and key does, and how heads that were exported before show it. */
const databases = auditDatabases()
const now = Date.now() / 1000

function headOf(audit: Audit, at?: number): Claim {
  const head = audit.head()
  if (head === undefined) throw new Error('the chain is not open')
  return { ...head, source: 'the exported heads', at }
}

async function rowsOf({ database }: World, chain: string): Promise<readonly AuditRow[]> {
  const text = `SELECT ${selectColumns} FROM service_audit_rows WHERE chain = $1 ORDER BY seq`
  return (await database.query(text, [chain])).map(readRow)
}

/** Writes a chain anew under its key, without gaps; returns its new last row. */
async function rewrite(
  world: World,
  chain: string,
  change: (row: AuditRow) => AuditRow | undefined,
): Promise<AuditRow> {
  const rows: AuditRow[] = []
  for (const row of await rowsOf(world, chain)) {
    const changed = change(row)
    if (changed === undefined) continue
    const moved = { ...changed, seq: rows.length + 1 }
    const mac = macOf(moved, rows.at(-1)?.mac ?? '', world.keys.current.bytes)
    rows.push({ ...moved, mac })
  }
  await world.database.query('DELETE FROM service_audit_rows WHERE chain = $1', [chain])
  const places = members.map((_, at) => `$${String(at + 1)}`).join(', ')
  for (const row of rows)
    await world.database.query(
      `INSERT INTO service_audit_rows (${insertColumns}) VALUES (${places})`,
      members.map((member) => row[member]),
    )
  const last = rows.at(-1)
  if (last === undefined) throw new Error('no row is left')
  return last
}

/** An act of mallory that is made one of ann. */
const blameAnn = (row: AuditRow): AuditRow =>
  row.actor === 'mallory'
    ? {
        ...{ ...row, actor: 'ann', commitments: null, actorName: null, actorSalt: null },
        ...{ address: null, userAgent: null, placeSalt: null },
      }
    : row

/** Removes the rows up to `seq` under a signed checkpoint, as retention does. */
async function removeBeginning(world: World, chain: string, seq: number): Promise<void> {
  const last = (await rowsOf(world, chain)).find((row) => row.seq === seq)
  const place = { chain, goneSeq: seq, goneMac: last?.mac ?? '' }
  const { goneMac, signature } = signCheckpoint(place, world.keys.current)
  const { database } = world
  await database.query('DELETE FROM service_audit_rows WHERE chain = $1 AND seq <= $2', [
    chain,
    seq,
  ])
  await database.query(
    'UPDATE service_audit_chains SET gone_seq = $1, gone_mac = $2, signature = $3 WHERE chain = $4',
    [seq, goneMac, signature, chain],
  )
}

describe.each(databaseKinds)('over %s', (kind) => {
  const open = databases[kind]

  test('a chain that was written anew is found by an exported head, also when another chain names a later head', async () => {
    const world = createWorld(await open())
    const one = await world.process()
    await recordAll(one, ['ann', 'mallory', 'ben'])
    const exported = headOf(one)
    await recordAll(one, ['cid', 'dan'])
    await one.close()
    const other = headOf(await world.process()).chain
    const { chain } = exported
    const { seq, mac } = await rewrite(world, chain, blameAnn)
    await rewrite(world, other, (row) => ({
      ...row,
      details:
        row.details?.replace(/"[\w-]+:\d+:[\w-]+"/, `"${chain}:${String(seq)}:${mac}"`) ?? null,
    }))
    expect(await world.findings()).toEqual([])
    expect(await world.findings([exported])).toEqual(['forked 4'])
  })

  test('a chain that was written anew is found by an exported head, also when later heads were exported from it', async () => {
    const world = createWorld(await open())
    const one = await world.process()
    await recordAll(one, ['ann', 'mallory', 'ben'])
    const before = headOf(one)
    await recordAll(one, ['cid', 'dan'])
    const alsoBefore = headOf(one)
    await one.close()
    const { chain, seq, mac } = await rewrite(world, before.chain, blameAnn)
    const after = { chain, seq, mac, source: 'the exported heads' }
    expect(await world.findings([after])).toEqual([])
    for (const heads of [
      [before, after],
      [after, before],
    ])
      expect(await world.findings(heads)).toEqual(['forked 4'])
    // All that is known of one chain is one finding.
    expect(await world.findings([after, alsoBefore, before])).toEqual(['forked 4 6'])
  })

  test('a beginning that was removed under a forged checkpoint is found by heads that are younger than the rows that retention removes', async () => {
    const world = createWorld(await open())
    const one = await world.process()
    await recordAll(one, ['mallory', 'ann'])
    const heads = (at?: number) => [headOf(one, at)]
    const [young, old, undated] = [heads(now), heads(now - keep), heads()]
    await recordAll(one, ['ben', 'cid'])
    for (const [gone, found] of [
      [3, ['early 3']],
      [4, ['early 3']],
    ] as const) {
      await removeBeginning(world, headOf(one).chain, gone)
      expect(await world.findings()).toEqual([])
      expect(await world.findings(young)).toEqual(found)
      expect(await world.findings(old)).toEqual([])
      expect(await world.findings(undated)).toEqual([])
    }
    await removeBeginning(world, headOf(one).chain, 5)
    expect(await world.findings([...young, headOf(one, now)])).toEqual(['early 3 5'])
  })
})

test('heads in a file have the time of their line: of an export in seconds, of a log in milliseconds', async () => {
  const folder = temporaryFolder()
  const file = join(folder.path, 'heads')
  const head = { chain: 'c', seq: 7, mac: 'm' }
  const lines = [{ ...head, at: 5.25 }, { ...head, time: 7000, msg: 'audit head' }, head]
  const odd = [
    { ...head, at: 'noon' },
    { ...head, seq: 1.5 },
  ]
  writeFileSync(file, [...lines, ...odd].map((line) => `${JSON.stringify(line)}\n`).join(''))
  const times: unknown[] = []
  for await (const { at } of readHeads(file)) times.push(at)
  folder.remove()
  expect(times).toEqual([5.25, 7, undefined, undefined])
})
