import { AuthError } from '../../foundation/errors.js'
import type { SqlDatabase } from './database.js'
import { openPostgresLine } from './postgres-line.js'
import { clockText, type PostgresLimits, type PostgresPool } from './postgres-database.js'
import { feedDeadlineMs } from './revocation-feed.js'
import { insertText, type RevocationDialect } from './revocations.js'

/** Announces that there are new entries, but not their content: every user of the database may listen. */
const channel = 'jotgate_revocations'
const notify = `pg_notify('${channel}', '')`

const given = `json_to_recordset($1::JSON) AS given(
  issuer TEXT, kind TEXT, value TEXT, cut_off BIGINT, expires_at BIGINT, back BIGINT)`

/**
 * Input: $1 entries as JSON, $2 how many. Output: one row. `places` is locked before the inserts and until the commit:
 * a concurrent transaction waits, and gets the next places.
 */
const addText = `
WITH places AS (UPDATE jotgate_revocation_places SET last = last + $2 RETURNING last),
kept AS (${insertText(given, 'places')} RETURNING place)
SELECT places.last, (SELECT ${notify} FROM kept LIMIT 1) FROM places`

/** A standby, a demoted primary, or a server set to read-only. */
const writable = `CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'
  THEN 0 ELSE 1 END`

/** Milliseconds: the longest delay when a notification is lost. */
const everyMs = 1000

/** Revocations in PostgreSQL; each feed keeps one connection of the pool. */
export function postgresRevocations(pool: PostgresPool, limits: PostgresLimits): RevocationDialect {
  return {
    given,
    writable,
    clock: clockText,
    wake: [{ text: `SELECT ${notify}` }],
    add: async (database: SqlDatabase, rows: string, count: number) => {
      const answer = await database.query(addText, [rows, count])
      if (answer.length !== 1)
        throw new AuthError(
          'STORE_UNAVAILABLE',
          {},
          { cause: new Error('the row of places is missing') },
        )
    },
    openLine: async () => {
      const line = await openPostgresLine(pool, { ...limits, deadlineMs: feedDeadlineMs }, channel)
      return { everyMs, ...line }
    },
  }
}
