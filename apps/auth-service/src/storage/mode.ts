import { migrate, type Schema, type SqlDatabase } from 'jotgate/stores/sqlite'
import { SetupFault } from '../foundation/setup-fault.js'

/** How a process uses a database: for a demo, or with a configuration. */
export type Mode = 'demo' | 'configured'

/** The table, by its versions. */
export const modeSchema: Schema = {
  part: 'service_mode',
  versions: [
    {
      adds: 'Whether a demo or a configuration has used the database: no demo starts after a configuration.',
      statements: ['CREATE TABLE service_mode (mode TEXT PRIMARY KEY, since BIGINT NOT NULL)'],
    },
  ],
}

/**
 * Notes in the database how it is used. A demo, whose user alice administers everything, is refused where a
 * configuration has ever been: otherwise a lost `JOTGATE_CONFIG` would open that service's users to it.
 *
 * @throws SetupFault for such a demo; AuthError STORE_UNAVAILABLE
 * @example await claimDatabase(database, configuration.demo ? 'demo' : 'configured')
 */
export async function claimDatabase(database: SqlDatabase, mode: Mode): Promise<void> {
  await migrate(database, modeSchema)
  if (mode === 'demo' && (await isConfigured(database))) throw new SetupFault(refusal)
  await database.query(
    'INSERT INTO service_mode (mode, since) VALUES ($1, $2) ON CONFLICT (mode) DO NOTHING',
    [mode, Math.floor(Date.now() / 1000)],
  )
}

const refusal =
  'this database belongs to a service with a configuration, and without JOTGATE_CONFIG this is a demo. ' +
  'Name the configuration file in JOTGATE_CONFIG, or give the demo a database of its own: another DATA_DIR, and no DATABASE_URL.'

async function isConfigured(database: SqlDatabase): Promise<boolean> {
  const modes = await database.query('SELECT mode FROM service_mode')
  if (modes.length > 0) return modes.some(({ mode }) => mode === 'configured')
  return hasTraces(database)
}

/**
 * Whether a database without a note, which an earlier release may have used with a configuration, has users, OAuth
 * clients, or revocations of an issuer that is no demo's.
 */
async function hasTraces(database: SqlDatabase): Promise<boolean> {
  const parts = await database.query('SELECT DISTINCT part FROM jotgate_schema')
  for (const { part } of parts) {
    const trace = typeof part === 'string' && Object.hasOwn(traces, part) ? traces[part] : undefined
    if (trace !== undefined && (await database.query(trace)).length > 0) return true
  }
  return false
}

/** Statements that find a trace, by the part whose table they read. */
const traces: Readonly<Record<string, string>> = {
  service_users: 'SELECT 1 AS found FROM service_users LIMIT 1',
  service_clients: 'SELECT 1 AS found FROM service_clients LIMIT 1',
  revocations: `SELECT 1 AS found FROM jotgate_revocation_epochs
    WHERE issuer NOT LIKE 'http://127.0.0.1:%' LIMIT 1`,
}
