import { setImmediate as nextTurn } from 'node:timers/promises'
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
  /** Target by target, and not at one moment. */
  list(): Promise<readonly TargetLoad[]>
  countFailed(): Promise<number>
  /** Gives up messages whose time has passed, and deletes those given up longer ago than `keepMs`. */
  sweep(keepMs: number): Promise<void>
}

const place = z.object({ topic: z.string(), target: z.string() })
const load = place
  .extend({
    waiting: z.coerce.number(),
    due_in: z.coerce.number(),
    age: z.coerce.number(),
  })
  .transform(({ due_in: dueIn, ...others }): TargetLoad => ({ ...others, dueIn }))
const failures = z.object({ failed: z.coerce.number() })

/** @example const loads = await createLoads(database, databaseClock('sqlite')).list() */
export function createLoads(database: SqlDatabase, { now, value }: DatabaseClock): Loads {
  // Two steps, since SQLite passes over all rows of the place before when it compares both columns at once.
  const nextTarget = `
SELECT topic, target FROM service_outbox WHERE failed_at IS NULL AND topic = $1 AND target > $2
ORDER BY target LIMIT 1`
  const nextTopic = `
SELECT topic, target FROM service_outbox WHERE failed_at IS NULL AND topic > $1
ORDER BY topic, target LIMIT 1`
  const nextPlace = async ({ topic, target }: Place): Promise<Place | undefined> => {
    const [found] = await database.query(nextTarget, [topic, target])
    const [next] = found === undefined ? await database.query(nextTopic, [topic]) : [found]
    return next && place.parse(next)
  }
  const loadAt = `
SELECT topic, target, COUNT(*) AS waiting, MIN(due_at) - ${now} AS due_in, ${now} - MIN(created_at) AS age
FROM service_outbox WHERE topic = $2 AND target = $3 AND failed_at IS NULL GROUP BY topic, target`
  // Not those that a process is just delivering: they are due when its lease ends.
  const expire = `
UPDATE service_outbox SET failed_at = ${now}, lease = NULL, problem = COALESCE(problem, 'was not sent in time')
WHERE failed_at IS NULL AND give_up_at <= ${now} AND due_at <= ${now}`
  const forget = `DELETE FROM service_outbox WHERE failed_at <= ${now} - $2`
  const count = 'SELECT COUNT(*) AS failed FROM service_outbox WHERE failed_at IS NOT NULL'
  return {
    list: async () => {
      const loads: TargetLoad[] = []
      for (let after: Place = { topic: '', target: '' }; ;) {
        const next = await nextPlace(after)
        if (next === undefined) return loads
        const { topic, target } = next
        after = next
        const rows = await database.query(loadAt, [value(), topic, target])
        loads.push(...rows.map((row) => load.parse(row)))
        // Over SQLite thousands of rows are counted at once: requests come between two targets.
        await nextTurn()
      }
    },
    countFailed: async () => failures.parse((await database.query(count))[0]).failed,
    sweep: async (keepMs) => {
      await database.query(expire, [value()])
      await database.query(forget, [value(), keepMs])
    },
  }
}
