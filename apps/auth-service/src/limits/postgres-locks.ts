import type { Schema, SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { Lock, Lockouts } from './lockouts.js'
import { now } from './postgres-now.js'

/** The list of locks, beside their counts in `service_lockouts`: the release before goes on without it. */
export const lockSchema: Schema = {
  part: 'service_locks',
  versions: [
    {
      adds: 'Which accounts are locked, for processes without Redis; the counts are those of service_limits.',
      statements: [
        'CREATE TABLE service_locks (account TEXT PRIMARY KEY, user_id TEXT NOT NULL, locked_until BIGINT NOT NULL)',
        'CREATE INDEX service_locks_until ON service_locks (locked_until)',
      ],
    },
  ],
}

/** Locks that have not ended. The text is compared by its bytes, whatever the locale of the database. */
const live = `
SELECT s.account, s.user_id, l.count, l.locked_until
FROM service_locks AS s JOIN service_lockouts AS l ON l.account = s.account
WHERE l.locked_until > ${now} AND s.user_id <> ''`

const lock = z
  .object({
    account: z.string(),
    user_id: z.string(),
    count: z.coerce.number(),
    locked_until: z.coerce.number(),
  })
  .transform(({ account: id, user_id: user, count: wrong, locked_until: until }): Lock => {
    return { id, user, until, wrong }
  })

/**
 * The list of the locks of all processes over one PostgreSQL.
 *
 * @example await postgresLocks(database).list({ limit: 50 })
 */
export function postgresLocks(database: SqlDatabase): Pick<Lockouts, 'list' | 'find' | 'unlock'> {
  return {
    list: async ({ user = '', after = { until: 0, id: '' }, limit }) => {
      const text = `${live} AND ($1 = '' OR s.user_id = $1)
        AND (l.locked_until > $2 OR (l.locked_until = $2 AND s.account COLLATE "C" > $3))
        ORDER BY l.locked_until, s.account COLLATE "C" LIMIT $4`
      const rows = await database.query(text, [user, after.until, after.id, limit])
      return rows.map((row) => lock.parse(row))
    },
    find: async (id) => {
      const [row] = await database.query(`${live} AND s.account = $1`, [id])
      return row && lock.parse(row)
    },
    unlock: ({ id }) =>
      database.batch([
        { text: 'DELETE FROM service_lockouts WHERE account = $1', params: [id] },
        { text: 'DELETE FROM service_locks WHERE account = $1', params: [id] },
      ]),
  }
}
