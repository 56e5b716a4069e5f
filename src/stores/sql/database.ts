/** What a column can hold here: text and whole numbers, so that one statement fits every database. */
export type SqlValue = string | number | null

/** One row as the driver gives it; what is in it is looked at before it is used. */
export type SqlRow = Readonly<Record<string, unknown>>

/**
 * Stands at the end of a statement's WHERE that must not be carried out after its caller has given up, and changes at
 * least one row when it is. To a database in the network it is a condition; nothing is late in one that is in this process.
 */
export const unlessLate = '/* unless late */'

/** One statement with its parameters. */
export interface SqlStatement {
  readonly text: string
  readonly params?: readonly SqlValue[]
}

/**
 * What stores need of a database. Parameters are written `$1` to `$n` in every dialect; `$` and a digit must not stand
 * in the text for anything else. Faults of the database reject with `AuthError` `STORE_UNAVAILABLE`.
 *
 * @example const rows = await database.query('SELECT name FROM users WHERE id = $1', [id])
 */
export interface SqlDatabase {
  /** Runs one statement by itself; its rows, none for a statement that returns nothing. */
  query(text: string, params?: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** Runs statements one after another in one transaction: all of them or none. */
  batch(statements: readonly SqlStatement[]): Promise<void>
}

/**
 * Reads a text column.
 *
 * @throws TypeError when it holds anything else
 * @example textOf(row, 'client')
 */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw new TypeError(`the column "${column}" does not hold text`)
}

/**
 * Reads a whole-number column; some drivers give BIGINT as text.
 *
 * @throws TypeError when it holds anything else, or more than a double holds exactly
 * @example integerOf(row, 'generation')
 */
export function integerOf(row: SqlRow, column: string): number {
  const value = row[column]
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new TypeError(`the column "${column}" does not hold a whole number`)
}
