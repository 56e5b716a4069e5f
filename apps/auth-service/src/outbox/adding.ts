import type { SqlDatabase, SqlStatement } from 'jotgate/stores/sqlite'
import type { DatabaseClock } from './database-clock.js'
import type { Message } from './message.js'
import type { Waiting } from './waiting.js'

/** Adds messages to the table. */
export interface Adding {
  /** Adds a message, unless it is there or, as far as is known, too many wait for its target. */
  statementOf(message: Message): SqlStatement
  /**
   * Runs that statement. `full`: too many messages wait for the target.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  add(message: Message): Promise<'added' | 'known' | 'full'>
}

/** Options of {@link createAdding}. */
export interface AddingParts {
  readonly database: SqlDatabase
  readonly clock: DatabaseClock
  readonly waiting: Waiting
  readonly limits: AddingLimits
}

/** Bounds of {@link createAdding}. */
export interface AddingLimits {
  /** Milliseconds that a message is tried for. */
  readonly giveUpAfter: number
  /** Messages that may wait for one target. */
  readonly most: number
}

const find = 'SELECT 1 AS found FROM service_outbox WHERE topic = $1 AND target = $2 AND id = $3'

/** @example await createAdding({ database, clock: databaseClock('sqlite'), waiting: createWaiting(20_000), limits }).add(message) */
export function createAdding({ database, clock, waiting, limits }: AddingParts): Adding {
  const { now, value } = clock
  const { giveUpAfter, most } = limits
  const insert = `
INSERT INTO service_outbox (topic, target, id, body, created_at, due_at, give_up_at, attempts)
SELECT CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), ${now}, ${now}, ${now} + $6, 0`
  const hasRoom = `(SELECT COUNT(*) FROM (SELECT 1 FROM service_outbox
  WHERE topic = $2 AND target = $3 AND failed_at IS NULL LIMIT $7) AS waiting) < $7`
  // `WHERE` also where it says nothing: SQLite reads `ON` as that of a join otherwise.
  const text = (condition: string) => `${insert}
WHERE ${condition}
ON CONFLICT (topic, target, id) DO NOTHING
RETURNING id`
  const [blindly, counting] = [text('TRUE'), text(hasRoom)]
  const statementOf = ({ topic, target, id, body }: Message): SqlStatement => {
    const params = [value(), topic, target, id, body, giveUpAfter] as const
    const isSure = waiting.roomAt({ topic, target }) === 'some'
    waiting.noteAdded({ topic, target })
    return isSure ? { text: blindly, params } : { text: counting, params: [...params, most] }
  }
  const isKnown = async ({ topic, target, id }: Message) =>
    (await database.query(find, [topic, target, id])).length > 0
  return {
    statementOf,
    add: async (message) => {
      if (waiting.roomAt(message) === 'full') return (await isKnown(message)) ? 'known' : 'full'
      const { text, params } = statementOf(message)
      if ((await database.query(text, params)).length > 0) return 'added'
      // Without a count only a message that is there keeps it out.
      if (text === blindly || (await isKnown(message))) return 'known'
      waiting.noteFull(message)
      return 'full'
    },
  }
}
