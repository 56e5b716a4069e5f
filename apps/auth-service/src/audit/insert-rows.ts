import type { SqlDatabase, SqlStatement } from 'jotgate/stores/sqlite'
import { insertColumns, members, type AuditRow } from './audit-row.js'
import type { Checkpoint } from './checkpoint.js'

/** Numbers of rows that one statement takes: few, because a database keeps each text prepared. */
const sizes = [64, 16, 4, 1] as const

/** The largest number of rows that one statement takes now. */
export function sizeFor(waiting: number): number {
  return sizes.find((size) => size <= waiting) ?? 1
}

/**
 * Stores rows of one chain: all or none. Again is the same as once, for a statement whose answer was lost.
 *
 * @throws AuthError STORE_UNAVAILABLE; Error where another row stands, which the service has not written
 */
export async function insertRows(database: SqlDatabase, rows: readonly AuditRow[]): Promise<void> {
  const params = rows.flatMap((row) => members.map((member) => row[member]))
  const stored = await database.query(textFor(rows.length), params)
  if (stored.length === rows.length) return
  const text = 'SELECT mac FROM service_audit_rows WHERE chain = $1 AND seq = $2'
  for (const { chain, seq, mac } of rows) {
    const [found] = await database.query(text, [chain, seq])
    if (found?.['mac'] !== mac)
      throw new Error(`another row stands in the audit log at ${chain}, row ${String(seq)}`)
  }
}

function textFor(count: number): string {
  const known = texts.get(count)
  if (known !== undefined) return known
  const width = members.length
  const tuples = Array.from({ length: count }, (_, at) => {
    const places = members.map((_member, column) => `$${String(at * width + column + 1)}`)
    return `(${places.join(', ')})`
  })
  const text = `INSERT INTO service_audit_rows (${insertColumns}) VALUES ${tuples.join(', ')}
    ON CONFLICT (chain, seq) DO NOTHING RETURNING seq`
  texts.set(count, text)
  return text
}

const texts = new Map<number, string>()

/** The statement that adds a chain. */
export function insertChain(checkpoint: Checkpoint, openedAt: number): Required<SqlStatement> {
  const { chain, keyId, goneSeq, goneMac, signature } = checkpoint
  return {
    text: `INSERT INTO service_audit_chains (chain, key_id, opened_at, gone_seq, gone_mac, signature)
      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (chain) DO NOTHING`,
    params: [chain, keyId, openedAt, goneSeq, goneMac, signature],
  }
}
