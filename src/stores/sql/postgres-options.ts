import { milliseconds, type OptionTable, text } from '../../foundation/options.js'
import { storeDeadline } from '../store-deadline.js'

/** How the stores use PostgreSQL. */
export interface PostgresOptions {
  /** Schema for the tables, made when it is not there. Default: the first of the server's search path. */
  readonly schema?: string
  /** Milliseconds after which a statement that was not answered is STORE_UNAVAILABLE. Default 250. */
  readonly deadlineMs?: number
}

/** Options of `postgresStores` and `postgresDatabase`. */
export const postgresTable = {
  schema: text({ optional: true }),
  deadlineMs: milliseconds(storeDeadline),
} satisfies OptionTable<keyof PostgresOptions>
