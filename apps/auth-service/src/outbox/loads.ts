import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { DatabaseClock } from './database-clock.js'
import type { Place } from './leases.js'

/** The messages for one target that have not been given up. */
export interface TargetLoad extends Place {
  readonly waiting: number
  /** Milliseconds until the first of them is due; 0 or less: it is. */
  readonly dueIn: number
  /** Milliseconds since the oldest was added. */
  readonly age: number
}

/** What the table holds, of all processes. All methods reject with AuthError STORE_UNAVAILABLE. */
export interface Loads {
  list(): Promise<readonly TargetLoad[]>
  countFailed(): Promise<number>
  /** Gives up messages whose time has passed, and deletes those given up longer ago than `keepMs`. */
  sweep(keepMs: number): Promise<void>
}

const load = z.object({
  topic: z.string(),
  target: z.string(),
  waiting: z.coerce.number(),
  due_in: z.coerce.number(),
  age: z.coerce.number(),
})
const failures = z.object({ failed: z.coerce.number() })

/** @example const loads = await createLoads(database, databaseClock('sqlite')).list() */
export function createLoads(database: SqlDatabase, { now, value }: DatabaseClock): Loads {
  const list = `
SELECT topic, target, COUNT(*) AS waiting, MIN(due_at) - ${now} AS due_in, ${now} - MIN(created_at) AS age
FROM service_outbox WHERE failed_at IS NULL GROUP BY topic, target`
  // Not those that a process is just delivering: they are due when its lease ends.
  const expire = `
UPDATE service_outbox SET failed_at = ${now}, lease = NULL, problem = COALESCE(problem, 'was not sent in time')
WHERE failed_at IS NULL AND give_up_at <= ${now} AND due_at <= ${now}`
  const forget = `DELETE FROM service_outbox WHERE failed_at <= ${now} - $2`
  const count = 'SELECT COUNT(*) AS failed FROM service_outbox WHERE failed_at IS NOT NULL'
  return {
    list: async () => {
      const rows = await database.query(list, [value()])
      return rows.map((row) => {
        const { due_in: dueIn, ...others } = load.parse(row)
        return { ...others, dueIn }
      })
    },
    countFailed: async () => failures.parse((await database.query(count))[0]).failed,
    sweep: async (keepMs) => {
      await database.query(expire, [value()])
      await database.query(forget, [value(), keepMs])
    },
  }
}
