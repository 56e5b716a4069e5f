import { milliseconds, type OptionTable, text } from '../../foundation/options.js'
import { storeDeadline } from '../store-deadline.js'

/** Options of `postgresStores` and `postgresDatabase`. */
export interface PostgresOptions {
  /** Schema for the tables, created if missing. Default: the first of the server's search path. */
  readonly schema?: string
  /** Milliseconds after which an unanswered statement becomes STORE_UNAVAILABLE. Default 250. */
  readonly deadlineMs?: number
}

/** Options of `postgresStores` and `postgresDatabase`. */
export const postgresTable = {
  schema: text({ optional: true }),
  deadlineMs: milliseconds(storeDeadline),
} satisfies OptionTable<keyof PostgresOptions>
