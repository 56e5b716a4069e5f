import type { SqlDatabase, SqlStatement } from 'jotgate/stores/sqlite'
import type { DatabaseClock } from './database-clock.js'
import type { Message } from './message.js'

/** Adds messages to the table. */
export interface Adding {
  /** Adds a message, unless it is there or too many wait for its target. */
  statementOf(message: Message): SqlStatement
  /**
   * Runs that statement. `full`: too many messages wait for the target.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(message: Message): Promise<'added' | 'known' | 'full'>
}

/** Bounds of {@link createAdding}. */
export interface AddingLimits {
  /** Milliseconds that a message is tried for. */
  readonly giveUpAfter: number
  /** Messages that may wait for one target. */
  readonly most: number
}

const find = 'SELECT 1 AS found FROM service_outbox WHERE topic = $1 AND target = $2 AND id = $3'

/** @example await createAdding(database, databaseClock('sqlite'), limits).add(message) // 'added' */
export function createAdding(
  database: SqlDatabase,
  { now, value }: DatabaseClock,
  { giveUpAfter, most }: AddingLimits,
): Adding {
  const text = `
INSERT INTO service_outbox (topic, target, id, body, created_at, due_at, give_up_at, attempts)
SELECT CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), ${now}, ${now}, ${now} + $6, 0
WHERE (SELECT COUNT(*) FROM (SELECT 1 FROM service_outbox
  WHERE topic = $2 AND target = $3 AND failed_at IS NULL LIMIT $7) AS waiting) < $7
ON CONFLICT (topic, target, id) DO NOTHING
RETURNING id`
  const paramsOf = ({ topic, target, id, body }: Message) =>
    [value(), topic, target, id, body, giveUpAfter, most] as const
  return {
    statementOf: (message) => ({ text, params: paramsOf(message) }),
    add: async (message) => {
      if ((await database.query(text, paramsOf(message))).length > 0) return 'added'
      const { topic, target, id } = message
      const found = await database.query(find, [topic, target, id])
      return found.length > 0 ? 'known' : 'full'
    },
  }
}
