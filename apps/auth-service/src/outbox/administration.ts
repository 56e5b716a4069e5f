import type { SqlDatabase, SqlValue } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { DatabaseClock } from './database-clock.js'
import type { Place } from './leases.js'

/** A message that was given up. */
export interface FailedMessage extends Place {
  readonly id: string
  readonly attempts: number
  /** Why the last attempt failed. */
  readonly problem: string
  /** Unix milliseconds. */
  readonly failedAt: number
}

/** How many messages of a target there are. */
export interface TargetCount extends Place {
  readonly waiting: number
  readonly failed: number
}

/** Which messages that were given up are meant: of a target, with these ids; without both all. */
export interface FailedQuery {
  readonly target?: string | undefined
  readonly ids?: readonly string[] | undefined
}

/** The outbox for operators. All methods reject with AuthError STORE_UNAVAILABLE. */
export interface OutboxAdministration {
  count(): Promise<readonly TargetCount[]>
  /** Those given up, the last first, 1000 at most. */
  listFailed(query: Pick<FailedQuery, 'target'>): Promise<readonly FailedMessage[]>
  /** Has them tried for another `forMs` milliseconds, from now on. Returns how many. */
  retry(query: FailedQuery, forMs: number): Promise<number>
  /** Deletes them. Returns how many. */
  drop(query: FailedQuery): Promise<number>
}

const failure = z
  .object({
    id: z.string(),
    topic: z.string(),
    target: z.string(),
    attempts: z.coerce.number(),
    problem: z.string().nullable(),
    failed_at: z.coerce.number(),
  })
  .transform(({ failed_at: failedAt, problem, ...others }) => ({
    ...{ ...others, failedAt },
    problem: problem ?? '',
  }))

const count = z.object({
  topic: z.string(),
  target: z.string(),
  waiting: z.coerce.number(),
  failed: z.coerce.number(),
})

const counts = `
SELECT topic, target, COUNT(*) - COUNT(failed_at) AS waiting, COUNT(failed_at) AS failed
FROM service_outbox GROUP BY topic, target ORDER BY topic, target`

const retried = (now: string) =>
  `UPDATE service_outbox SET failed_at = NULL, attempts = 0, due_at = ${now}, give_up_at = ${now} + $2`

/** @example await outboxAdministration(database, databaseClock('sqlite')).listFailed({}) */
export function outboxAdministration(
  database: SqlDatabase,
  { now, value }: DatabaseClock,
): OutboxAdministration {
  return {
    count: async () => (await database.query(counts)).map((row) => count.parse(row)),
    listFailed: async (query) => {
      const { where, params } = failedWhere(query)
      const rows = await database.query(
        `SELECT id, topic, target, attempts, problem, failed_at FROM service_outbox
         WHERE ${where} ORDER BY failed_at DESC, id LIMIT 1000`,
        params,
      )
      return rows.map((row) => failure.parse(row))
    },
    retry: async (query, forMs) => {
      const { where, params } = failedWhere(query, [value(), forMs])
      const rows = await database.query(`${retried(now)} WHERE ${where} RETURNING id`, params)
      return rows.length
    },
    drop: async (query) => {
      const { where, params } = failedWhere(query)
      const text = `DELETE FROM service_outbox WHERE ${where} RETURNING id`
      return (await database.query(text, params)).length
    },
  }
}

/** The condition for failed messages, whose parameters come after those given. */
function failedWhere(
  { target, ids }: FailedQuery,
  given: readonly SqlValue[] = [],
): { readonly where: string; readonly params: readonly SqlValue[] } {
  const params = [...given]
  const next = (each: string) => `$${String(params.push(each))}`
  const parts = [
    'failed_at IS NOT NULL',
    ...(target === undefined ? [] : [`target = ${next(target)}`]),
    ...(ids === undefined ? [] : [`id IN (${ids.map(next).join(', ')})`]),
  ]
  return { where: parts.join(' AND '), params }
}
