/** The values of columns: text and whole numbers, so that one statement fits every database. */
export type SqlValue = string | number | null

/** One row as the driver returns it; its values are checked before they are used. */
export type SqlRow = Readonly<Record<string, unknown>>

/**
 * Ends the WHERE of a statement that must not run after its caller has given up, and that changes at least one row when
 * it runs. A networked database turns it into a condition; a database in this process is never late.
 */
export const unlessLate = '/* unless late */'

/** One statement with its parameters. */
export interface SqlStatement {
  readonly text: string
  readonly params?: readonly SqlValue[]
}

/**
 * What stores need of a database. Parameters are written `$1` to `$n` in every dialect; the text must not contain `$`
 * and a digit in any other role. Failures of the database reject with `AuthError` `STORE_UNAVAILABLE`.
 *
 * @example const rows = await database.query('SELECT name FROM users WHERE id = $1', [id])
 */
export interface SqlDatabase {
  /** Runs one statement by itself; returns its rows, or an empty list for a statement without rows. */
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
  throw new TypeError(`the column "${column}" is not text`)
}

/**
 * Reads a whole-number column; some drivers return BIGINT as text.
 *
 * @throws TypeError when it holds anything else, or a number that a double cannot hold exactly
 * @example integerOf(row, 'generation')
 */
export function integerOf(row: SqlRow, column: string): number {
  const value = row[column]
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new TypeError(`the column "${column}" is not a whole number`)
}
