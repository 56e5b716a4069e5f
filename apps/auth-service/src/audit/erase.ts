import type { SqlDatabase, SqlStatement } from 'jotgate/stores/sqlite'

/** Rows that one statement changes: few enough for the deadline of a request. */
const atOnce = 500

/** What is deleted, and in which rows: see `ownerOf`. The commitments stay. */
const erased = [
  [['actor_name', 'actor_salt'], 'actor = $1 AND actor_salt IS NOT NULL'],
  [['subject_name', 'subject_salt'], 'subject = $1 AND subject_salt IS NOT NULL'],
  [
    ['address', 'user_agent', 'place_salt'],
    "actor = $1 AND actor_kind <> 'service' AND place_salt IS NOT NULL",
  ],
  [
    ['address', 'user_agent', 'place_salt'],
    "subject = $1 AND actor_kind = 'service' AND place_salt IS NOT NULL",
  ],
] as const

const statements = erased.map(([columns, where]) => {
  const nothing = columns.map((column) => `${column} = NULL`).join(', ')
  return `UPDATE service_audit_rows SET ${nothing} WHERE (chain, seq) IN (
      SELECT chain, seq FROM service_audit_rows WHERE ${where} AND at <= $2 LIMIT ${String(atOnce)})
    RETURNING 1 AS erased`
})

/**
 * Deletes the names, addresses and user agents of a party, and their salts, in all rows up to a time: that of the row that
 * tells of it, in Unix milliseconds. Values that are gone from later rows are a finding.
 *
 * @throws AuthError STORE_UNAVAILABLE; calling again goes on
 */
export async function eraseValues(database: SqlDatabase, id: string, until: number): Promise<void> {
  for (const text of statements) {
    let changed = atOnce
    while (changed === atOnce) changed = (await database.query(text, [id, until])).length
  }
}

/** Whether a row up to that time has a value that {@link eraseValues} deletes. */
async function hasValues(database: SqlDatabase, id: string, until: number): Promise<boolean> {
  for (const [, where] of erased) {
    const text = `SELECT 1 AS found FROM service_audit_rows WHERE ${where} AND at <= $2 LIMIT 1`
    if ((await database.query(text, [id, until])).length > 0) return true
  }
  return false
}

/** Notes an erasure, so that {@link eraseAgain} repeats it: another process may store a row about the party a moment later. */
export function erasureNote(id: string, at: number): SqlStatement {
  return {
    text: `INSERT INTO service_audit_erasures (subject, at) VALUES ($1, $2)
     ON CONFLICT (subject) DO UPDATE SET at = excluded.at`,
    params: [id, at],
  }
}

/** How long erasures are repeated, in milliseconds: longer than rows are owed. */
const repeated = 86_400_000

/** Options of {@link eraseAgain}. */
export interface RepeatParts {
  readonly database: SqlDatabase
  /** Unix milliseconds. */
  readonly now: number
  /** Erases a party, and stores the row that tells of it. */
  readonly erase: (id: string) => Promise<void>
}

/**
 * Repeats the erasures of the last day where a later row has values, and forgets the earlier ones.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function eraseAgain({ database, now, erase }: RepeatParts): Promise<void> {
  await database.query('DELETE FROM service_audit_erasures WHERE at < $1', [now - repeated])
  for (const { subject } of await database.query('SELECT subject FROM service_audit_erasures'))
    if (typeof subject === 'string' && (await hasValues(database, subject, now)))
      await erase(subject)
}
