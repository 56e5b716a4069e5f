import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { isPlaced, macOf, readRow, selectColumns, type AuditRow } from './audit-row.js'
import type { AuditKeys } from './audit-keys.js'
import {
  checkpointColumns,
  findCheckpoint,
  isSame,
  isSigned,
  readCheckpoint,
  signCheckpoint,
  type Checkpoint,
} from './checkpoint.js'

/** Options of {@link sweepAudit}. */
export interface SweepParts {
  readonly database: SqlDatabase
  readonly keys: AuditKeys
  /** Rows before this time go, in Unix milliseconds. */
  readonly before: number
  /** Called for a chain whose rows were changed: it keeps them, because a checkpoint would hide the change. */
  readonly onFault: (chain: string) => void
}

/** Rows that go in one transaction. */
const atOnce = 500

/**
 * Deletes the rows before a time, in whole beginnings of chains, each with a new signed checkpoint in one transaction.
 * Every row is verified before: otherwise a changed time would have the service itself sign that rows are gone. Two
 * sweeps at once are harmless: a checkpoint only moves on.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @returns how many rows this call has deleted
 */
export async function sweepAudit(parts: SweepParts): Promise<number> {
  let removed = 0
  for (const checkpoint of await outdated(parts)) removed += await sweepChain(parts, checkpoint)
  return removed
}

/** The chains whose first row is old. */
async function outdated({ database, before }: SweepParts): Promise<readonly Checkpoint[]> {
  const rows = await database.query(
    `SELECT ${checkpointColumns} FROM service_audit_chains c WHERE opened_at < $1 AND
       (SELECT r.at FROM service_audit_rows r WHERE r.chain = c.chain ORDER BY r.seq LIMIT 1) < $1`,
    [before],
  )
  return rows.map(readCheckpoint)
}

async function sweepChain(parts: SweepParts, from: Checkpoint): Promise<number> {
  const { database, keys, onFault } = parts
  const key = keys.find(from.keyId)
  if (key === undefined || !isSigned(from, keys)) {
    onFault(from.chain)
    return 0
  }
  let [at, removed] = [from, 0]
  for (;;) {
    const { rows, isWhole } = await oldRows(parts, at)
    const last = rows.at(-1)
    if (last !== undefined) {
      at = signCheckpoint({ chain: at.chain, goneSeq: last.seq, goneMac: last.mac }, key)
      await moveCheckpoint(database, at)
      removed += rows.length
    }
    if (!isWhole && !(await hasMoved(database, at))) onFault(at.chain)
    if (!isWhole || rows.length < atOnce) return removed
  }
}

/** The next old rows behind a checkpoint, up to the first that does not verify; `isWhole` is false when there is one. */
async function oldRows(
  { database, keys, before }: SweepParts,
  { chain, keyId, goneSeq, goneMac }: Checkpoint,
): Promise<{ readonly rows: readonly AuditRow[]; readonly isWhole: boolean }> {
  const found = await database.query(
    `SELECT ${selectColumns} FROM service_audit_rows WHERE chain = $1 AND seq > $2 AND ${isPlaced} ORDER BY seq LIMIT ${String(atOnce)}`,
    [chain, goneSeq],
  )
  const rows: AuditRow[] = []
  let [seq, prev] = [goneSeq, goneMac]
  for (const row of found.map(readRow)) {
    if (row.at >= before) break
    const key = keys.find(keyId)?.bytes ?? new Uint8Array()
    if (row.seq !== seq + 1 || !isSame(macOf(row, prev, key), row.mac))
      return { rows, isWhole: false }
    rows.push(row)
    ;[seq, prev] = [row.seq, row.mac]
  }
  return { rows, isWhole: true }
}

/** Whether another process sweeps the same chain. */
async function hasMoved(database: SqlDatabase, { chain, goneSeq }: Checkpoint): Promise<boolean> {
  const now = await findCheckpoint(database, chain)
  return now !== undefined && now.goneSeq > goneSeq
}

async function moveCheckpoint(database: SqlDatabase, to: Checkpoint): Promise<void> {
  const { chain, goneSeq, goneMac, signature } = to
  await database.batch([
    {
      text: `UPDATE service_audit_chains SET gone_seq = $1, gone_mac = $2, signature = $3
        WHERE chain = $4 AND gone_seq < $1`,
      params: [goneSeq, goneMac, signature, chain],
    },
    {
      text: 'DELETE FROM service_audit_rows WHERE chain = $1 AND seq <= $2',
      params: [chain, goneSeq],
    },
  ])
}
