import type { Logger } from 'pino'
import { createRevocation } from 'jotgate'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import type { ServiceEvent } from '../events/event.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { endEverySession } from '../sessions/end-everything.js'
import { openSigningKeys } from '../sessions/signing.js'
import { summarize, type DatabaseSummary } from '../storage/backup/database-summary.js'
import type { DataDirectory } from '../storage/data-directory.js'
import { openStorage, type Storage } from '../storage/storage.js'
import { createSqlUsers } from '../users/sql-users.js'
import { permissionsOf } from '../users/permissions.js'
import type { User } from '../users/users.js'
import { openRecording } from './open-recording.js'
import { recordCommand } from './record-command.js'

/** Options of {@link finishRestore}. */
export interface FinishParts {
  readonly configuration: Configuration
  /** With the path of the restored database, which need not be in its place yet. */
  readonly data: DataDirectory
  readonly log: Logger
  /** Whether the sessions of the backup go on. */
  readonly keepSessions: boolean
  /** Called with the open database before anything is changed; what it throws ends the restore. */
  readonly before?: (database: SqlDatabase) => Promise<void>
}

/** What a restore has found and done. */
export interface Restored extends DatabaseSummary {
  /** Sessions that it has ended, expired ones among them; undefined when they were kept. */
  readonly ended: number | undefined
  /** Names of the users that may change or read something as administrators, at most a hundred. */
  readonly administrators: readonly string[]
}

/**
 * Makes a restored database fit for service. It is older than the tokens that were given out: sessions that had ended
 * live in it, counters of refresh tokens have gone back, and revocations are missing. So every access token issued until
 * now is refused, under a new epoch of the revocations, and all sessions end. Everything may be repeated.
 *
 * @throws SetupFault when a key is missing or belongs to another database; ConfigError, AuthError STORE_UNAVAILABLE
 * @example const { ended } = await finishRestore({ configuration, data, log, keepSessions: false })
 */
export async function finishRestore(parts: FinishParts): Promise<Restored> {
  const storage = await openStorage(parts)
  try {
    const { patientDatabase: database } = storage
    await parts.before?.(database)
    const summary = await summarize(database)
    await tryKeys(parts, storage, summary)
    storage.started('command')
    const ended = parts.keepSessions ? undefined : await endEverySession(database)
    await refuseAccessTokens(parts.configuration, storage)
    // Those of the backup: no process runs.
    if (Object.hasOwn(summary.parts, 'service_processes'))
      await database.query('DELETE FROM service_processes')
    const details = { newest: summary.newest, ended: ended ?? 0, kept: parts.keepSessions }
    await record(parts, storage, details)
    return { ...summary, ended, administrators: await findAdministrators(database) }
  } finally {
    await storage.close()
  }
}

/** In a chain of its own: those of the backup end where it was made. */
async function record(
  parts: FinishParts,
  storage: Storage,
  details: NonNullable<ServiceEvent['details']>,
): Promise<void> {
  const recording = await openRecording({ ...parts, storage })
  try {
    await recording.begin()
    await recordCommand(recording.events, { kind: 'service.restored', details })
  } finally {
    await recording.close()
  }
}

/** With a wrong key no service starts over the database, and with a new one neither; the audit log cannot be verified. */
async function tryKeys(
  parts: FinishParts,
  { stores }: Storage,
  summary: DatabaseSummary,
): Promise<void> {
  const { configuration, log, keepSessions } = parts
  const data: DataDirectory = { ...parts.data, keyFile: (name) => existing(parts.data, name) }
  if (keepSessions && configuration.refreshSecrets === undefined) data.keyFile('refresh.key', never)
  const { auditKeys, database } = configuration
  const isAudited = Object.hasOwn(summary.parts, 'service_audit')
  if (isAudited && auditKeys === undefined && database === undefined)
    data.keyFile('audit.key', never)
  if ((await stores.keys.read()) === undefined) return // no service has made signing keys
  const signing = await openSigningKeys({ configuration, data, log, store: stores.keys })
  signing.close()
}

/** A key that is made now opens nothing. */
function existing(data: DataDirectory, name: string): string {
  return data.keyFile(name, () => {
    throw new SetupFault(
      `keys/${name} of the data folder is missing: put back the one that was in use with this database`,
    )
  })
}

const never = (): string => ''

/**
 * Without epochs the store of revocations is a new one to every process, and begins with an entry that refuses all
 * access tokens. Redis keeps its epoch, because it has not gone back: the entry is added.
 */
async function refuseAccessTokens(
  { issuer, accessTtl }: Configuration,
  storage: Storage,
): Promise<void> {
  const before = Math.floor(Date.now() / 1000)
  await storage.patientDatabase.query('DELETE FROM jotgate_revocation_epochs')
  const revocation = createRevocation({ store: storage.stores.revocations, issuer, accessTtl })
  try {
    await storage.patiently(() => revocation.start())
    await revocation.revoke({ all: true, before, urgent: true })
  } finally {
    revocation.close()
  }
}

/** Names shown; there are few. */
const mostShown = 100

async function findAdministrators(database: SqlDatabase): Promise<readonly string[]> {
  const users = await createSqlUsers(database)
  const found: string[] = []
  for (let after: string | undefined = ''; after !== undefined && found.length < mostShown;) {
    const page: readonly User[] = await users.list({ after, limit: 200 })
    const powerful = page.filter(
      ({ roles, disabled }) => !disabled && permissionsOf(roles).length > 0,
    )
    found.push(...powerful.map(({ username }) => username))
    after = page.at(-1)?.username
  }
  return found.slice(0, mostShown)
}
