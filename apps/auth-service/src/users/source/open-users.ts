import type { Logger } from 'pino'
import { postgresDatabase } from 'jotgate/stores/postgres'
import type { Configuration, UsersElsewhere } from '../../configuration/configuration.js'
import type { Storage } from '../../storage/storage.js'
import { demoSubject, withDemoUser } from '../demo-user.js'
import type { Passwords } from '../passwords.js'
import { createSqlUsers } from '../sql-users.js'
import { openSecondFactor, type SecondFactorParts } from '../second-factor/open-second-factor.js'
import type { SecondFactor } from '../second-factor/second-factor.js'
import type { Users } from '../users.js'
import { createHttpSource } from './http-source.js'
import { sourceUsers } from './source-users.js'
import { createSqlSource } from './sql-source.js'
import { ownSource, type UserSource } from './user-source.js'

/** The service's users, where they come from, and what they have beside a password. */
export interface OpenUsers {
  readonly users: Users
  readonly source: UserSource
  readonly secondFactor: SecondFactor
  /** Closes what was opened for them. */
  close(): Promise<void>
}

/** Options of {@link openUsers}. */
export interface OpenUsersParts extends SecondFactorParts {
  readonly configuration: Pick<Configuration, 'demo' | 'users'> & SecondFactorParts['configuration']
  readonly storage: Pick<Storage, 'database' | 'patientDatabase' | 'patiently' | 'stores'>
  readonly passwords: Passwords
  readonly log: Logger
}

/**
 * Opens the users of the configuration: those of the service's own table, which is there in any case, or those that are kept
 * elsewhere. With a demo: the stored users and alice.
 *
 * @throws SetupFault naming what is wrong with a table; ConfigError, AuthError STORE_UNAVAILABLE
 */
export async function openUsers(parts: OpenUsersParts): Promise<OpenUsers> {
  const { configuration, storage } = parts
  const secondFactor = await openSecondFactor(parts, storage)
  // Alice is new in each demo.
  if (configuration.demo) await storage.patiently(() => secondFactor.remove({ id: demoSubject }))
  return { ...(await openSource(parts)), secondFactor }
}

type OpenSource = Omit<OpenUsers, 'secondFactor'>

async function openSource(parts: OpenUsersParts): Promise<OpenSource> {
  const { configuration, storage, passwords } = parts
  const stored = await createSqlUsers(storage.database, storage.patientDatabase)
  const { demo, users: elsewhere } = configuration
  if (elsewhere !== undefined) return openElsewhere(elsewhere, parts)
  const users = demo ? withDemoUser(stored, await passwords.hash(demo.password)) : stored
  return { users, source: ownSource(users, passwords), close: () => Promise.resolve() }
}

async function openElsewhere(
  elsewhere: UsersElsewhere,
  { storage, passwords, log }: OpenUsersParts,
): Promise<OpenSource> {
  if (elsewhere.kind === 'endpoint') {
    const source = createHttpSource(elsewhere)
    return { users: sourceUsers(source), source, close: () => Promise.resolve() }
  }
  const { database, close } = await openDatabase(elsewhere.database, { storage, log })
  const open = () => createSqlSource({ table: elsewhere, database, passwords })
  const source =
    elsewhere.database === undefined ? await open() : await storage.patiently(open, itsDatabase)
  return { users: sourceUsers(source), source, close }
}

const itsDatabase = { name: 'the database of users', field: 'users.table.database' }

/** Connections for users: a login asks once or twice, a refresh once. */
const connections = 10

async function openDatabase(
  connectionString: string | undefined,
  { storage, log }: Pick<OpenUsersParts, 'storage' | 'log'>,
): Promise<Pick<Storage, 'database' | 'close'>> {
  if (connectionString === undefined)
    return { database: storage.database, close: () => Promise.resolve() }
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString, max: connections, connectionTimeoutMillis: 5000 })
  pool.on('error', (error) => {
    log.warn({ err: error }, 'a connection to the database of users was lost')
  })
  return { database: postgresDatabase(pool), close: () => pool.end() }
}
