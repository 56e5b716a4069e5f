import type { AttemptCount, AttemptStore } from '../../session-routes/ports.js'
import { integerOf, type SqlDatabase, type SqlRow } from './database.js'
import type { Schema } from './migrate.js'

/** One row per count. */
export const attemptsSchema: Schema = {
  part: 'attempts',
  versions: [
    {
      adds: 'Counts of failed logins, each with the time when it ends in milliseconds, for session routes.',
      statements: [
        `CREATE TABLE jotgate_attempts (
          name TEXT PRIMARY KEY,
          count BIGINT NOT NULL,
          ends_at BIGINT NOT NULL
        )`,
        'CREATE INDEX jotgate_attempts_end ON jotgate_attempts (ends_at)',
      ],
    },
  ],
}

const addText = `
  INSERT INTO jotgate_attempts (name, count, ends_at) VALUES ($1, 1, $2)
  ON CONFLICT (name) DO UPDATE SET
    count = CASE WHEN jotgate_attempts.ends_at <= $3 THEN 1 ELSE jotgate_attempts.count + 1 END,
    ends_at = CASE WHEN jotgate_attempts.ends_at <= $3 THEN excluded.ends_at ELSE jotgate_attempts.ends_at END
  RETURNING count, ends_at`
const takeBackText = `
  UPDATE jotgate_attempts SET count = count - 1
  WHERE name = $1 AND ends_at > $2 AND count > 0 RETURNING count, ends_at`
const readText = 'SELECT count, ends_at FROM jotgate_attempts WHERE name = $1 AND ends_at > $2'
const setText = `
  INSERT INTO jotgate_attempts (name, count, ends_at) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET count = excluded.count, ends_at = excluded.ends_at`
const removeText = 'DELETE FROM jotgate_attempts WHERE name = $1'
const sweepText = `
  DELETE FROM jotgate_attempts WHERE name IN
    (SELECT name FROM jotgate_attempts WHERE ends_at <= $1 ORDER BY ends_at LIMIT 1000) RETURNING name`

/** Milliseconds. */
const sweepEvery = 60_000
const mostSwept = 1000

/**
 * Counts in an SQL database, for any number of processes. Every method is one statement; ended counts are deleted by
 * the way, in small steps. The clock is the process's.
 *
 * `migrate(database, attemptsSchema)` creates the table.
 *
 * @param now Unix time in seconds
 */
export function sqlAttempts(
  { query }: Pick<SqlDatabase, 'query'>,
  now: () => number = () => Date.now() / 1000,
): AttemptStore {
  const millis = () => Math.floor(now() * 1000)
  let sweepAt = 0
  const sweep = (time: number) => {
    if (time < sweepAt) return
    sweepAt = time + sweepEvery
    query(sweepText, [time]).then(
      (swept) => {
        if (swept.length === mostSwept) sweepAt = 0
      },
      // The next one will find them.
      () => undefined,
    )
  }
  return Object.freeze({
    add: async (name: string, by: -1 | 0 | 1, seconds: number) => {
      const time = millis()
      const [text, params] =
        by === 1
          ? ([addText, [name, time + seconds * 1000, time]] as const)
          : ([by === 0 ? readText : takeBackText, [name, time]] as const)
      const [row] = await query(text, params)
      if (by === 1) sweep(time)
      return toCount(row, time)
    },
    set: async (name: string, count: number, seconds: number) => {
      if (count === 0) await query(removeText, [name])
      else await query(setText, [name, count, millis() + seconds * 1000])
    },
  })
}

function toCount(row: SqlRow | undefined, time: number): AttemptCount {
  const count = row === undefined ? 0 : integerOf(row, 'count')
  if (row === undefined || count === 0) return { count: 0, endsIn: 0 }
  return { count, endsIn: (integerOf(row, 'ends_at') - time) / 1000 }
}
