import type { SqlDatabase, SqlRow } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { SetupFault } from '../../foundation/setup-fault.js'

/** What is in a database of the service, for the operator who backs it up or restores it. */
export interface DatabaseSummary {
  readonly users: number
  readonly clients: number
  /** Those that have neither ended nor expired. */
  readonly sessions: number
  /** Unix seconds of the newest session, refresh, logout or report of a process: so old is the copy. 0 for none. */
  readonly newest: number
  /** The parts of the schema, each with its version. */
  readonly parts: Readonly<Record<string, number>>
}

const numbers = z.object({ number: z.coerce.number().nullable() })
const partRow = z.object({ part: z.string(), version: z.coerce.number() })

/** The parts without which no process of the service has ever used a database. */
const needed = ['families', 'revocations', 'keys', 'service_mode'] as const

/**
 * Reads what is in a database.
 *
 * @throws SetupFault when it is no database of the service; AuthError STORE_UNAVAILABLE
 * @example const { users, newest } = await summarize(database)
 */
export async function summarize(database: SqlDatabase): Promise<DatabaseSummary> {
  const parts = await readParts(database)
  const missing = needed.filter((part) => !Object.hasOwn(parts, part))
  if (missing.length > 0)
    throw new SetupFault(`is no database of this service: it lacks ${missing.join(', ')}`)
  const number = async (part: string, text: string, params: readonly number[] = []) => {
    const [row] = Object.hasOwn(parts, part) ? await database.query(text, params) : []
    return row === undefined ? 0 : (numbers.parse(row).number ?? 0)
  }
  const now = Math.floor(Date.now() / 1000)
  const live = 'ended_at IS NULL AND absolute_expiry > $1 AND idle_expiry > $1'
  const times = [
    await number('families', newestOf('jotgate_families', 'created_at')),
    await number('families', newestOf('jotgate_families', 'rotated_at')),
    await number('families', newestOf('jotgate_families', 'ended_at')),
    await number('service_processes', newestOf('service_processes', 'seen_at')),
  ]
  return {
    users: await number('service_users', countOf('service_users')),
    clients: await number('service_clients', countOf('service_clients')),
    sessions: await number('families', `${countOf('jotgate_families')} WHERE ${live}`, [now]),
    newest: Math.max(...times),
    parts,
  }
}

const countOf = (table: string): string => `SELECT COUNT(*) AS number FROM ${table}`
const newestOf = (table: string, column: string): string =>
  `SELECT MAX(${column}) AS number FROM ${table}`

async function readParts(database: SqlDatabase): Promise<Readonly<Record<string, number>>> {
  const rows = await partRows(database)
  return Object.fromEntries(
    rows.map((row) => partRow.parse(row)).map((row) => [row.part, row.version]),
  )
}

async function partRows(database: SqlDatabase): Promise<readonly SqlRow[]> {
  try {
    return await database.query(
      'SELECT part, MAX(version) AS version FROM jotgate_schema GROUP BY part',
    )
  } catch (cause) {
    throw new SetupFault('is no database of this service', { cause })
  }
}
