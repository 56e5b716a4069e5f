import type { Logger } from 'pino'
import { AuthError, createRevocation } from 'jotgate'
import type { SqlStatement } from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import type { DataDirectory } from '../storage/data-directory.js'
import type { Events } from '../events/events.js'
import { unlockUser } from '../limits/lockouts.js'
import { openLockouts } from '../limits/open-lockouts.js'
import { migrateLimits } from '../limits/postgres-limits.js'
import { withDemoUser } from '../users/demo-user.js'
import { openSessions } from '../sessions/sessions.js'
import { renewBefore } from '../users/put-roles.js'
import { createSqlUsers } from '../users/sql-users.js'
import { openStorage, type Storage } from '../storage/storage.js'
import { openRecording } from './open-recording.js'
import type { Users } from '../users/users.js'

/** Access to a service's users, for a separate command that signs no tokens and counts no requests. */
export interface UserAdministration {
  readonly configuration: Configuration
  readonly users: Users
  readonly events: Events
  /** Ends the locks of a user, and returns how many; undefined where the service keeps locks in its memory. */
  readonly unlock: ((subject: string) => Promise<number>) | undefined
  /** Ends the sessions of a subject, in every process of the service. @throws AuthError STORE_UNAVAILABLE */
  endSessions(subject: string): Promise<void>
  /** Refuses the subject's access tokens, which its devices refresh. @throws AuthError STORE_UNAVAILABLE */
  renewTokens(subject: string): Promise<void>
  /** Begins a chain of the audit log: a command that cannot be recorded changes nothing. @throws AuthError STORE_UNAVAILABLE */
  beginRecord(): Promise<void>
  /** What the deletion of a user runs besides, so that the audit log forgets the user whatever happens. */
  readonly erasureNote: (id: string) => SqlStatement
  /** Deletes names and addresses of a user from the audit log. @throws AuthError STORE_UNAVAILABLE */
  eraseRecord(id: string): Promise<void>
  /** Closes the storage; do not use it afterwards. */
  close(): Promise<void>
}

/** Options of {@link openUserAdministration}. */
export interface UserAdministrationParts {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
}

/**
 * Opens the storage of users and sessions, without signing keys and HTTP.
 *
 * @throws ConfigError, AuthError STORE_UNAVAILABLE
 * @example const administration = await openUserAdministration({ configuration, data, log })
 */
export async function openUserAdministration(
  parts: UserAdministrationParts,
): Promise<UserAdministration> {
  const { configuration } = parts
  const storage = await openStorage(parts)
  const { stores, patientDatabase } = storage
  const stored = await createSqlUsers(patientDatabase)
  storage.started('command')
  // The demo's user is listed. Only the process that runs the demo knows her password: an empty hash matches none.
  const users = configuration.demo ? withDemoUser(stored, '') : stored
  const { issuer: iss, accessTtl } = configuration
  const revocation = createRevocation({ store: stores.revocations, issuer: iss, accessTtl })
  const recording = await openRecording({ ...parts, storage })
  const { events } = recording
  const rooms = { signing, store: stores.sessions, users, revocation, metrics, events }
  const sessions = openSessions({ ...parts, rights: none }, rooms)
  let started: Promise<void> | undefined
  const start = () => (started ??= storage.patiently(() => revocation.start()))
  return {
    configuration,
    ...{ users, events, unlock: await openUnlock(configuration, storage) },
    beginRecord: () => recording.begin(),
    erasureNote: (id) => recording.erasureNote(id),
    eraseRecord: (id) => recording.erase(id),
    endSessions: async (subject) => {
      await start()
      await sessions.endAll(subject)
    },
    renewTokens: async (subject) => {
      await start()
      await revocation.revoke({ subject, before: renewBefore(), urgent: true })
    },
    close: async () => {
      revocation.close()
      await recording.close()
      await storage.close()
    },
  }
}

async function openUnlock(
  configuration: Configuration,
  storage: Storage,
): Promise<UserAdministration['unlock']> {
  const { redis, postgres, patientDatabase } = storage
  if (redis === undefined && postgres === undefined) return undefined
  if (postgres !== undefined) await migrateLimits(patientDatabase)
  const lockouts = openLockouts({ configuration, redis, postgres })
  return (subject) => storage.patiently(() => unlockUser(lockouts, subject))
}

/** This process starts and refreshes no sessions, so that its tokens need no rights. */
const none = { scopes: [], audiences: [], receivesRoles: false }

/** The same: it signs nothing. */
const signing = {
  key: () => {
    throw new AuthError('KEYS_UNAVAILABLE')
  },
}

/** This process publishes no metrics. */
const metrics = { session: () => undefined }
