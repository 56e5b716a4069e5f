import type { SqlDatabase, SqlRow } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { readHash } from '../hashing/stored-hash.js'
import type { Passwords } from '../passwords.js'
import { faultsOf, foundShape, unusable } from './found-user.js'
import { checkTable, codeOf, column, quote, type UserTable } from './table-description.js'
import type { FoundUser, UserSource } from './user-source.js'

/** Options of {@link createSqlSource}. */
export interface SqlSourceParts {
  readonly table: UserTable
  /** Where the table is; only read. */
  readonly database: Pick<SqlDatabase, 'query'>
  readonly passwords: Pick<Passwords, 'check'>
}

/**
 * Users in a table of another program, as it is: read, never written.
 *
 * @throws SetupFault naming a column that is missing; AuthError STORE_UNAVAILABLE
 * @example const source = await createSqlSource({ table, database, passwords })
 */
export async function createSqlSource(parts: SqlSourceParts): Promise<UserSource> {
  const { table, database, passwords } = parts
  await checkTable(database, table)
  let usualHash = await sampleHash(parts)
  const read = async (condition: string, value: string): Promise<readonly FoundUser[]> => {
    if (value.includes('\0')) return [] // PostgreSQL cannot store it in text
    const text = `SELECT ${selected(table)} FROM ${quote(table.name)} t WHERE ${condition} LIMIT 3`
    return (await ask(database, text, value)).map((row) => toUser(table, row))
  }
  return {
    find: async (name) => oneOf(table, name, await read(sameName(table), name)),
    checkPassword: async (user, password, isGone) => {
      const hash = user && readHash(user.passwordHash) ? user.passwordHash : undefined
      // The hash of another user takes the time that a wrong password takes here.
      const isRight = await passwords.check(password, hash ?? usualHash, isGone)
      usualHash = hash ?? usualHash
      return isRight && hash !== undefined
    },
    // A column of numbers also finds the user of '7' by '07': a token has the id as it is written.
    load: async (id) => {
      const [found] = await read(`${column(table.columns.id)} = $1`, id)
      return found?.id === id ? found : undefined
    },
  }
}

/** A hash of the table that can be checked; undefined: there is none yet. */
async function sampleHash({ table, database }: SqlSourceParts): Promise<string | undefined> {
  const hash = column(table.columns.passwordHash)
  const text = `SELECT ${hash} AS hash FROM ${quote(table.name)} t WHERE ${hash} IS NOT NULL LIMIT 50`
  const rows = await database.query(text)
  return rows.map((row) => String(row['hash'])).find((each) => readHash(each) !== undefined)
}

function selected({ columns }: UserTable): string {
  const given = Object.entries(columns).filter((entry): entry is [string, string] =>
    Boolean(entry[1]),
  )
  return given.map(([field, name]) => `${column(name)} AS "${field}"`).join(', ')
}

function sameName({ columns, caseInsensitive }: UserTable): string {
  const name = column(columns.username)
  return caseInsensitive ? `lower(${name}) = lower($1)` : `${name} = $1`
}

/** PostgreSQL: the text of an id is none of the column's type, so that no user has it. */
const noSuchValue = /^22(?:P02|003|007)$/

async function ask(
  database: Pick<SqlDatabase, 'query'>,
  text: string,
  value: string,
): Promise<readonly SqlRow[]> {
  try {
    return await database.query(text, [value])
  } catch (error) {
    if (noSuchValue.test(codeOf(error))) return []
    throw error
  }
}

/**
 * The user of a name: of several that differ by case, the one that is written so.
 *
 * @throws AuthError STORE_UNAVAILABLE when it cannot be said which is meant
 */
function oneOf(
  { name: where }: UserTable,
  name: string,
  found: readonly FoundUser[],
): FoundUser | undefined {
  if (found.length < 2) return found[0]
  const exact = found.filter(({ username }) => username === name)
  if (exact.length === 1) return exact[0]
  throw unusable(`the table ${where}`, 'has several users of one name')
}

const bit = z.union([z.boolean(), z.number(), z.string(), z.date()]).nullable()

const row = z.object({
  id: z.union([z.string(), z.number(), z.bigint()]).transform(String).pipe(foundShape.id),
  username: foundShape.username,
  passwordHash: z.string().nullable(),
  email: foundShape.email.nullish(),
  displayName: foundShape.displayName.nullish(),
  roles: z.union([z.string(), z.array(z.string())]).nullish(),
  disabled: bit.default(false),
  enabled: bit.default(true),
})

function toUser(table: UserTable, fields: SqlRow): FoundUser {
  const where = `the table ${table.name}`
  const parsed = row.safeParse(fields)
  if (!parsed.success) throw unusable(where, faultsOf(parsed.error))
  const { id, username, passwordHash, email, displayName, disabled, enabled } = parsed.data
  const roles = foundShape.roles.safeParse(rolesOf(parsed.data.roles ?? [], table.roleSeparator))
  if (!roles.success) throw unusable(where, 'has roles that cannot be read')
  return {
    ...{ id, username, roles: roles.data, email: email ?? '' },
    passwordHash: passwordHash ?? '',
    displayName: displayName ?? username.slice(0, 200),
    disabled: isSet(disabled) || !isTrue(enabled),
  }
}

function rolesOf(value: string | readonly string[], separator: string | undefined): unknown {
  if (typeof value !== 'string') return value
  if (separator !== undefined)
    return value
      .split(separator)
      .map((role) => role.trim())
      .filter((role) => role !== '')
  return parseJson(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no roles can be read from it: the row is refused
  }
}

/** What is not clearly unset counts as set: a user that may be disabled is. */
function isSet(value: z.infer<typeof bit>): boolean {
  if (typeof value === 'string') return !/^(?:|0|f|false|n|no)$/i.test(value)
  return value !== null && value !== false && value !== 0
}

function isTrue(value: z.infer<typeof bit>): boolean {
  if (typeof value === 'string') return /^(?:1|t|true|y|yes)$/i.test(value)
  return value === true || value === 1
}
