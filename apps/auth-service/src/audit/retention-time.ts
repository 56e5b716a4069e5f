import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { createSettledTime, passedAtStore, type StoreClock } from 'jotgate/extend'

/** What {@link createRetentionTime} needs. */
export interface RetentionTimeParts {
  readonly database: SqlDatabase
  /** The clock of the database's server, if it has one. */
  readonly clock: StoreClock
  /** Seconds that rows are kept. */
  readonly keep: number
  /** The chain of this process. */
  readonly ownChain: () => string | undefined
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  /** Seconds on a clock that never jumps. Default: that of Node. */
  readonly monotonic?: () => number
}

/** Seconds for which the clock must have run evenly. */
const settleAfter = 3600

/**
 * The time before which rows may go, in Unix milliseconds; undefined while that is not certain. What is removed is signed away
 * and comes never back, so the clock of one process does not decide alone: it must have run evenly for an hour, that of
 * PostgreSQL must agree, and not everything that other processes have ever written may be old by it.
 *
 * @example const before = await createRetentionTime({ database, clock, keep, ownChain })()
 */
export function createRetentionTime({
  database,
  clock,
  keep,
  ownChain,
  now = () => Date.now() / 1000,
  monotonic = () => performance.now() / 1000,
}: RetentionTimeParts): () => Promise<number | undefined> {
  const settledTime = createSettledTime({ now, monotonic, settleAfter })
  return async () => {
    const passed = await passedAtStore(clock, settledTime())
    if (passed === 0) return undefined
    const before = (passed - keep) * 1000
    const [row] = await database.query(
      'SELECT 1 AS recent FROM service_audit_rows WHERE at >= $1 AND chain <> $2 LIMIT 1',
      [before, ownChain() ?? ''],
    )
    return row === undefined ? undefined : before
  }
}
