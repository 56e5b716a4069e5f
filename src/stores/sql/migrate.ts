import { ConfigError } from '../../foundation/errors.js'
import { isLate } from '../../foundation/ask-store.js'
import { integerOf, type SqlDatabase } from './database.js'

/** The tables of one part of a program, each version on top of the one before. Only ever append to `versions`. */
export interface Schema {
  /** Name of the part, unique in the database. */
  readonly part: string
  /** Statements that lead from one version to the next; version n is `versions[n - 1]`. */
  readonly versions: readonly (readonly string[])[]
}

/**
 * Brings a part's tables to the newest version, forward by number. Every version is one transaction together with its
 * number, so that several processes can start at once.
 *
 * @throws ConfigError when the database is newer than the program; AuthError STORE_UNAVAILABLE
 * @example await migrate(database, { part: 'users', versions: [['CREATE TABLE users (id TEXT PRIMARY KEY)']] })
 */
export async function migrate(database: SqlDatabase, schema: Schema): Promise<void> {
  await atSameTime(() => database.query(createText))
  let version = await readVersion(database, schema)
  while (version < schema.versions.length) version = await step(database, schema, version + 1)
}

const createText =
  'CREATE TABLE IF NOT EXISTS jotgate_schema (part TEXT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (part, version))'

/** Runs a "create if not exists", which PostgreSQL refuses to one of two that do it at the same time: it is there then. */
export async function atSameTime<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create()
  } catch (error) {
    if (isLate(error)) throw error
    // What is really wrong is wrong the second time too.
    return create()
  }
}

async function step(database: SqlDatabase, schema: Schema, version: number): Promise<number> {
  const statements = schema.versions[version - 1] ?? []
  try {
    await database.batch([
      {
        text: 'INSERT INTO jotgate_schema (part, version) VALUES ($1, $2)',
        params: [schema.part, version],
      },
      ...statements.map((text) => ({ text })),
    ])
  } catch (error) {
    // Another process may have made this step in the meantime; its number is then taken.
    if ((await readVersion(database, schema)) < version) throw error
  }
  return version
}

async function readVersion(database: SqlDatabase, { part, versions }: Schema): Promise<number> {
  const rows = await database.query(
    'SELECT COALESCE(MAX(version), 0) AS version FROM jotgate_schema WHERE part = $1',
    [part],
  )
  const version = rows[0] === undefined ? 0 : integerOf(rows[0], 'version')
  if (version > versions.length)
    throw new ConfigError(part, 'the database has been used by a newer version of this program')
  return version
}
