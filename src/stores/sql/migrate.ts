import { ConfigError } from '../../foundation/errors.js'
import { isLate } from '../../foundation/ask-store.js'
import { isText } from '../../foundation/names.js'
import { integerOf, type SqlDatabase } from './database.js'

/**
 * The tables of one part of a program; each version builds on the one before. Only ever append to `versions`, and at
 * most one version of a part per release: {@link migrate} tolerates a database that is one version ahead, so the
 * previous release must work with this one's additions. Expand first (a table, an index, a column that may be NULL or
 * has a default); drop what is no longer used one release later.
 */
export interface Schema {
  /** Name of the part, unique in the database. */
  readonly part: string
  /** Version n is `versions[n - 1]`. */
  readonly versions: readonly SchemaVersion[]
}

/** One version of a part's tables. A released one never changes. */
export interface SchemaVersion {
  /** What the version adds and what needs it, in one sentence for operators and for authors of later versions. */
  readonly adds: string
  /** Statements that upgrade from the version before. */
  readonly statements: readonly string[]
}

/** How far ahead of a program its database may be: one release, so that it can be restarted during a rollout. */
const tolerated = 1

/**
 * Upgrades a part's tables to the newest version, one version after another. Each version is one transaction together
 * with its number, so several processes can start at once. A database that is one version ahead is left as it is: a
 * process of the next release has upgraded it.
 *
 * @throws ConfigError when the database is two or more versions ahead of the program, and for a schema that is not as
 * {@link Schema} says; AuthError STORE_UNAVAILABLE
 * @example
 * const first = { adds: 'users by id', statements: ['CREATE TABLE users (id TEXT PRIMARY KEY)'] }
 * await migrate(database, { part: 'users', versions: [first] })
 */
export async function migrate(database: SqlDatabase, schema: Schema): Promise<void> {
  checkSchema(schema)
  await atSameTime(() => database.query(createText))
  let version = await readVersion(database, schema)
  while (version < schema.versions.length) version = await step(database, schema, version + 1)
}

/** A version without statements would be recorded as done, and its tables never made. */
function checkSchema({ part, versions }: Schema): void {
  const given: readonly { readonly adds?: unknown; readonly statements?: unknown }[] = versions // of plain JavaScript
  const isWhole = given.every(
    ({ adds, statements }) =>
      isText(adds) && Array.isArray(statements) && statements.every((each) => isText(each)),
  )
  if (!isWhole) throw new ConfigError(part, 'each version must be { adds, statements }')
}

const createText =
  'CREATE TABLE IF NOT EXISTS jotgate_schema (part TEXT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (part, version))'

/**
 * Runs a "create if not exists". When two run at the same time PostgreSQL refuses one, but the object exists by then.
 */
export async function atSameTime<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create()
  } catch (error) {
    if (isLate(error)) throw error
    // A real error occurs again the second time.
    return create()
  }
}

async function step(database: SqlDatabase, schema: Schema, version: number): Promise<number> {
  const { statements = [] } = schema.versions[version - 1] ?? {}
  try {
    await database.batch([
      {
        text: 'INSERT INTO jotgate_schema (part, version) VALUES ($1, $2)',
        params: [schema.part, version],
      },
      ...statements.map((text) => ({ text })),
    ])
  } catch (error) {
    // Another process may have made this step meanwhile; its number is then taken.
    if ((await readVersion(database, schema)) < version) throw error
  }
  return version
}

/** @throws ConfigError when the database is too far ahead */
async function readVersion(database: SqlDatabase, { part, versions }: Schema): Promise<number> {
  const rows = await database.query(
    'SELECT COALESCE(MAX(version), 0) AS version FROM jotgate_schema WHERE part = $1',
    [part],
  )
  const version = rows[0] === undefined ? 0 : integerOf(rows[0], 'version')
  if (version <= versions.length + tolerated) return version
  const [found, known] = [String(version), String(versions.length)]
  throw new ConfigError(
    part,
    `the database holds version ${found} of these tables, and this program knows version ${known} and tolerates the ` +
      'next one: start the release that brought the database there, or the release before it',
  )
}
