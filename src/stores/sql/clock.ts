import type { StoreClock } from '../../foundation/settled-time.js'
import type { SqlDatabase } from './database.js'

/**
 * The clock of a database's server.
 *
 * @param text the statement that returns it as `clock`, in milliseconds; undefined for a database in this process
 * @example const { clock } = sqlClock(database, dialect.clock)
 */
export function sqlClock({ query }: Pick<SqlDatabase, 'query'>, text?: string): StoreClock {
  if (text === undefined) return {}
  return {
    clock: async () => {
      const [row] = await query(text)
      const time = Number(row?.['clock']) / 1000
      if (Number.isFinite(time)) return time
      throw new TypeError('the database did not answer with its time')
    },
  }
}
