import type { Configuration } from '../configuration/configuration.js'

/** The time in statements: the first parameter, or the clock of the database where processes share one. */
export interface DatabaseClock {
  /** An expression for the present time in Unix milliseconds. It uses the parameter `$1`. */
  readonly now: string
  /** The value of `$1`. */
  readonly value: () => number | null
  /** Ends the search for rows to lease, so that two processes do not wait for each other's. */
  readonly skipLocked: string
}

/** Kinds of databases. */
export type DatabaseKind = 'sqlite' | 'postgres'

/** The kind of the database of a configuration: a file, unless one is named. */
export function databaseKind({ database }: Pick<Configuration, 'database'>): DatabaseKind {
  return database === undefined ? 'sqlite' : 'postgres'
}

/**
 * The clock of a database: that of PostgreSQL's server, or of this machine, which all processes over one file are on.
 *
 * @param given another clock, in Unix milliseconds, for tests
 * @example const { now, value } = databaseClock('postgres')
 */
export function databaseClock(kind: DatabaseKind, given?: () => number): DatabaseClock {
  if (kind === 'sqlite') return { now: '$1', value: given ?? Date.now, skipLocked: '' }
  return {
    now: 'COALESCE(CAST($1 AS BIGINT), CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000 AS BIGINT))',
    value: given ?? (() => null),
    skipLocked: 'FOR UPDATE SKIP LOCKED',
  }
}
