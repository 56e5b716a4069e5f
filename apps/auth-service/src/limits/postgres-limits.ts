import { migrate, type Schema, type SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { Counter, CounterOptions } from './counter.js'
import {
  isOfAddress,
  mostListed,
  mostOfAccount,
  type Lock,
  type Lockouts,
  type LockoutTimes,
} from './lockouts.js'
import { lockSchema, postgresLocks } from './postgres-locks.js'
import { now } from './postgres-now.js'

/** The tables, by their versions. Times are Unix milliseconds. */
export const limitSchema: Schema = {
  part: 'service_limits',
  versions: [
    {
      adds: 'Counts of failed logins and wrong passwords, for processes without Redis.',
      statements: [
        'CREATE TABLE service_counts (name TEXT PRIMARY KEY, count BIGINT NOT NULL, ends_at BIGINT NOT NULL)',
        `CREATE TABLE service_lockouts (account TEXT PRIMARY KEY, count BIGINT NOT NULL,
           locked_until BIGINT NOT NULL, kept_until BIGINT NOT NULL)`,
      ],
    },
  ],
}

/**
 * Creates the tables.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function migrateLimits(database: SqlDatabase): Promise<void> {
  for (const schema of [limitSchema, lockSchema]) await migrate(database, schema)
}

/**
 * Deletes what has ended; everything else goes by the times alone.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function sweepLimits(database: SqlDatabase): Promise<void> {
  await database.query(`DELETE FROM service_counts WHERE ends_at <= ${now}`)
  await database.query(`DELETE FROM service_locks WHERE locked_until <= ${now}`)
  await database.query(
    `DELETE FROM service_lockouts WHERE kept_until <= ${now} AND locked_until <= ${now}`,
  )
}

/** The driver returns BIGINT as text. `left` is in milliseconds. */
const counted = z.object({ count: z.coerce.number(), left: z.coerce.number() })

const add = `
INSERT INTO service_counts AS c (name, count, ends_at) VALUES ($1, 1, ${now} + $2)
ON CONFLICT (name) DO UPDATE SET
  count = CASE WHEN c.ends_at <= ${now} THEN 1 ELSE c.count + 1 END,
  ends_at = CASE WHEN c.ends_at <= ${now} THEN excluded.ends_at ELSE c.ends_at END
RETURNING count, ends_at - ${now} AS left`

const renew = `
INSERT INTO service_counts (name, count, ends_at) VALUES ($1, 1, ${now} + $2)
ON CONFLICT (name) DO UPDATE SET count = 1, ends_at = excluded.ends_at`

const takeBack = `
UPDATE service_counts SET count = count - 1 WHERE name = $1 AND ends_at > ${now} AND count > 0`

const read = `
SELECT count, ends_at - ${now} AS left FROM service_counts WHERE name = $1 AND ends_at > ${now}`

/**
 * A counter of all processes over one PostgreSQL, by its clock.
 *
 * @example const failures = postgresCounter(database, { prefix: 'address', limit: 20, duration: 900 })
 */
export function postgresCounter(
  database: SqlDatabase,
  { prefix, limit, duration }: Omit<CounterOptions, 'redis'>,
): Counter {
  const nameOf = (name: string) => `${prefix}:${name}`
  const found = async (name: string) => {
    const [row] = await database.query(read, [nameOf(name)])
    return row && counted.parse(row)
  }
  return {
    add: async (name) => {
      const [row] = await database.query(add, [nameOf(name), duration * 1000])
      const { count, left } = counted.parse(row)
      return count > limit ? secondsOf(left) : 0
    },
    renew: async (name) => {
      await database.query(renew, [nameOf(name), duration * 1000])
    },
    takeBack: async (name) => {
      await database.query(takeBack, [nameOf(name)])
    },
    secondsToWait: async (name) => {
      const kept = await found(name)
      return kept === undefined || kept.count < limit ? 0 : secondsOf(kept.left)
    },
    has: async (name) => (await found(name)) !== undefined,
  }
}

function secondsOf(left: number): number {
  return Math.max(1, Math.ceil(left / 1000))
}

/** The wrong passwords in a row, this one included. */
const next = `(CASE WHEN l.kept_until <= ${now} THEN 1 ELSE l.count + 1 END)`
/** When a lockout ends that this wrong password begins; 0 for none. Twenty doublings are more than the longest one. */
const lockedUntil = `(CASE WHEN ${next} > $3
  THEN ${now} + LEAST($5, $4 * (1::bigint << LEAST(${next} - $3 - 1, 20)::int)) ELSE 0 END)`

/** Each changes an account that is open, or makes one, and returns a row; of a locked one it returns none. */
const guesses = {
  none: `SELECT 1 FROM service_lockouts WHERE account = $1 AND locked_until > ${now}`,
  right: `
INSERT INTO service_lockouts AS l (account, count, locked_until, kept_until) VALUES ($1, 0, 0, ${now})
ON CONFLICT (account) DO UPDATE SET count = 0, locked_until = 0, kept_until = ${now}
WHERE l.locked_until <= ${now}
RETURNING 1`,
  // The first wrong password locks nothing: at least one is allowed. A lock is put on the list in the same
  // statement, also where there is no account: the work must be the same, or its time would tell which accounts exist.
  wrong: `
WITH guess AS (
  INSERT INTO service_lockouts AS l (account, count, locked_until, kept_until) VALUES ($1, 1, 0, ${now} + $2)
  ON CONFLICT (account) DO UPDATE SET
    count = ${next},
    locked_until = ${lockedUntil},
    kept_until = GREATEST(CASE WHEN l.kept_until <= ${now} THEN ${now} + $2 ELSE l.kept_until END, ${lockedUntil})
  WHERE l.locked_until <= ${now}
  RETURNING count, locked_until
), listed AS (
  INSERT INTO service_locks (account, user_id, locked_until)
  SELECT $1, $6, locked_until FROM guess WHERE locked_until > ${now}
    AND (SELECT COUNT(*) FROM (SELECT 1 FROM service_locks WHERE locked_until > ${now} LIMIT $7) AS a) < $7
    AND (SELECT COUNT(*) FROM (SELECT 1 FROM service_locks
      WHERE user_id = $6 AND account <> $1 AND locked_until > ${now} LIMIT $8) AS o) < $8
  ON CONFLICT (account) DO UPDATE SET locked_until = excluded.locked_until
)
SELECT count, locked_until FROM guess`,
} as const

/** A lock at one network leaves room for those of accounts: half of the list, and one place of its account. */
function roomFor(lock: Pick<Lock, 'id' | 'user'>): readonly number[] {
  return isOfAddress(lock) ? [mostListed / 2, mostOfAccount - 1] : [mostListed, mostOfAccount]
}

const guessed = z.object({ count: z.coerce.number(), locked_until: z.coerce.number() })

/** Lockouts of all processes over one PostgreSQL, by its clock: each guess is one statement on one row. */
export function postgresLockouts(database: SqlDatabase, times: LockoutTimes): Lockouts {
  const { allowance, first, longest, kept } = times
  return {
    ...postgresLocks(database),
    record: async ({ name, user = '' }, guess) => {
      const isKnown = async (text: string) => (await database.query(text, [name])).length > 0
      if (guess === 'none') return { kind: (await isKnown(guesses.none)) ? 'locked' : 'open' }
      if (guess === 'right') return { kind: (await isKnown(guesses.right)) ? 'open' : 'locked' }
      const values = [name, kept, allowance, first, longest, user, ...roomFor({ id: name, user })]
      const [row] = await database.query(guesses.wrong, values)
      if (row === undefined) return { kind: 'locked' }
      const { count: wrong, locked_until: until } = guessed.parse(row)
      return until === 0 ? { kind: 'open' } : { kind: 'locks', until, wrong }
    },
  }
}
