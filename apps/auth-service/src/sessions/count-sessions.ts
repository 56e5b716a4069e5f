import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'

/** The sessions to count: those of a kind of revocation with this value, or all. */
export interface CountedSessions {
  readonly kind: 'sid' | 'sub' | 'client' | 'all'
  readonly value: string
}

/** Counts the live sessions whose tokens a revocation refuses. @throws AuthError STORE_UNAVAILABLE */
export type CountSessions = (counted: CountedSessions) => Promise<number>

/** The column of the library's table that has the value; with `all` every value fits. */
const columns = { sid: 'sid', sub: 'subject', client: 'client', all: undefined } as const

const row = z.object({ live: z.coerce.number() })

/**
 * Counts sessions in the library's table, which has no other way to count them.
 *
 * @example await createSessionCount(database)({ kind: 'client', value: 'first-party' }) // 1250
 */
export function createSessionCount(database: SqlDatabase): CountSessions {
  return async ({ kind, value }) => {
    const column = columns[kind]
    const now = Math.floor(Date.now() / 1000)
    const text = `SELECT COUNT(*) AS live FROM jotgate_families
      WHERE ended_at IS NULL AND absolute_expiry > $1 AND idle_expiry > $1`
    const rows =
      column === undefined
        ? await database.query(text, [now])
        : await database.query(`${text} AND ${column} = $2`, [now, value])
    return row.parse(rows[0]).live
  }
}
