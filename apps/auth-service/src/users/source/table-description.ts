import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { AuthError } from 'jotgate'
import { tableName } from '../../configuration/identifiers.js'
import type { UsersElsewhere } from '../../configuration/configuration.js'
import { SetupFault } from '../../foundation/setup-fault.js'

/** A table, or a view, of users that another program keeps. */
export type UserTable = Omit<Extract<UsersElsewhere, { kind: 'table' }>, 'kind' | 'database'>

/**
 * A checked name in quotes, so that it is no keyword, and has the case that it is written with.
 *
 * @throws SetupFault for any other name
 * @example quote('shop.customers') // '"shop"."customers"'
 */
export function quote(name: string): string {
  if (!tableName.test(name)) throw new SetupFault('users.table: has a name that cannot be used')
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')
}

/** A column of the table `t`. Without the `t.` SQLite takes the name of a missing column for text. */
export function column(name: string): string {
  return `t.${quote(name)}`
}

/**
 * Checks that the table and its columns are there and can be read.
 *
 * @throws SetupFault naming the field; AuthError STORE_UNAVAILABLE while the database does not answer
 */
export async function checkTable(
  database: Pick<SqlDatabase, 'query'>,
  { name, columns }: UserTable,
): Promise<void> {
  const read = (what: string) =>
    database.query(`SELECT ${what} AS found FROM ${quote(name)} t LIMIT 0`)
  await orFault(read('1'), `users.table.name: the table ${name} cannot be read`)
  for (const [field, each] of Object.entries(columns)) {
    if (typeof each !== 'string') continue
    const fault = `users.table.${field}: the table ${name} has no column ${each} that can be read`
    await orFault(read(column(each)), fault)
  }
}

/** PostgreSQL: no such column, no such table or schema, no permission; SQLite has one code for all faults of a statement. */
const lasting = /^(?:42703|42P01|3F000|42501|SQLITE_ERROR|ERR_SQLITE_ERROR)$/

async function orFault(reading: Promise<unknown>, fault: string): Promise<void> {
  try {
    await reading
  } catch (error) {
    if (lasting.test(codeOf(error))) throw new SetupFault(fault)
    throw error
  }
}

/** The code of the database's own error, which the library keeps as the cause. */
export function codeOf(error: unknown): string {
  const cause = error instanceof AuthError ? error.cause : error
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  return typeof code === 'string' ? code : ''
}
