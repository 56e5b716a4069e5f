import type { Logger } from 'pino'
import { createRevocation, type Sessions, type KeyRing, type Revocation } from 'jotgate'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import type { DataDirectory } from '../storage/data-directory.js'
import type { ClientLimits } from '../limits/address-budget.js'
import type { OAuthClients } from '../oauth/clients.js'
import { createOAuth, type OAuth } from '../oauth/oauth.js'
import { openClients } from '../oauth/open-clients.js'
import { openGates, type Gates } from './gates.js'
import { createMetrics, type Metrics } from '../observing/metrics.js'
import { createProcesses, type Processes } from '../observing/processes.js'
import { watchRevocations, type WatchedRevocations } from '../observing/recent-revocations.js'
import { openTracing, type Tracing } from '../observing/tracing.js'
import { createTraffic, type Traffic } from '../observing/traffic.js'
import { createAdmission, type Admission } from '../limits/admission.js'
import type { QueueLoad } from '../limits/queue.js'
import { createPasswordRules, type PasswordRules } from '../users/password-rules.js'
import { createPasswords, type Passwords } from '../users/passwords.js'
import { openSessions, type SessionRooms } from '../sessions/sessions.js'
import { openSigningKeys, type SigningKeys } from '../sessions/signing.js'
import { openStorage, type Storage } from '../storage/storage.js'
import { createSqlUsers } from '../users/sql-users.js'
import { demoSubject, withDemoUser } from '../users/demo-user.js'
import type { Users } from '../users/users.js'

/** Everything the routes work with. */
export interface Service extends Gates {
  readonly configuration: Configuration
  readonly log: Logger
  readonly users: Users
  readonly passwords: Passwords
  readonly passwordRules: PasswordRules
  readonly admission: Admission
  readonly traffic: Traffic
  readonly tracing: Tracing
  readonly metrics: Metrics
  readonly processes: Processes
  readonly recentRevocations: WatchedRevocations['recent']
  /** Whose session that is, live or not. @throws AuthError STORE_UNAVAILABLE */
  readonly subjectOf: (sid: string) => Promise<string | undefined>
  readonly sessions: Sessions
  readonly revocation: Revocation
  readonly clients: OAuthClients
  readonly oauth: OAuth
  /** Undefined where tokens are signed with a shared secret: there is nothing to publish. */
  readonly ring: KeyRing | undefined
  /** Whether tokens can be signed, verified and known to be revoked at this moment. */
  ready(): boolean
  /** Lets go of the database; nothing may be asked afterwards. */
  close(): Promise<void>
}

/** What the service is made from. */
export interface ServiceParts {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
}

/** How often ended sessions are thrown away; revocations see to their own. */
const sweepEveryMs = 60 * 60 * 1000

/**
 * Wires the rooms together: keys, sessions and revocations in the database, what protects them beside it.
 *
 * @throws Error or ConfigError when something is set up wrongly
 */
export async function createService(parts: ServiceParts): Promise<Service> {
  const { configuration, data, log } = parts
  const storage = await openStorage(parts)
  const { stores, database } = storage
  const signing = await openSigningKeys({ configuration, data, log, store: stores.keys })
  const tracing = await openTracing()
  const passwords = tracing.passwords(await createPasswords())
  const users = await openUsers(configuration, await createSqlUsers(database), passwords)
  const watched = watchRevocations(stores.revocations)
  const revocation = openRevocation(parts, watched.store)
  await storage.patiently(() => revocation.start())
  const [metrics, store] = [createMetrics(), tracing.sessions(stores.sessions)]
  const rooms = { signing, store, users, revocation, metrics }
  const sessions = openSessions(parts, rooms)
  const admission = openAdmission(configuration, storage, passwords)
  const oauth = await openOAuth(parts, rooms, { database, limits: admission.clients })
  // Whoever was the demo user before there was a configuration is nobody from now on.
  if (!configuration.demo) await storage.patiently(() => sessions.endAll(demoSubject))
  const stopSweeping = sweepRegularly(stores, log)
  const [traffic, revocations] = [createTraffic(), () => revocation.status()]
  const processes = await createProcesses({ database, traffic, revocations, log })
  storage.started('requests')
  const observed = { traffic, tracing, metrics, log }
  const gates = openGates({ configuration, signing, revocation, users, ...observed })
  const [cache, hashing] = [() => gates.verify.cacheUse(), () => hashingLoad(passwords, admission)]
  metrics.measure({ revocations, cache, hashing, ring: signing.ring })
  return {
    ...{ configuration, log, users, passwords, sessions, revocation, traffic, processes, metrics },
    ...{ ...gates, tracing },
    recentRevocations: () => watched.recent(),
    subjectOf: async (sid) => (await stores.sessions.findBySid(sid))?.subject,
    passwordRules: createPasswordRules(configuration),
    ...{ admission, oauth, clients: oauth.clients, ring: signing.ring },
    ready: () => revocation.ready() && (signing.ring?.status().ready ?? true),
    close: async () => {
      stopSweeping()
      for (const each of [revocation, signing]) each.close()
      for (const each of [processes, storage]) await each.close()
    },
  }
}

function openRevocation(
  { configuration, log }: ServiceParts,
  store: WatchedRevocations['store'],
): Revocation {
  return createRevocation({
    store,
    issuer: configuration.issuer,
    accessTtl: configuration.accessTtl,
    onEvent: ({ kind, cause }) => {
      const level = kind === 'ready' || kind === 'recovered' ? 'info' : 'warn'
      log[level]({ kind, err: cause }, 'revocations')
    },
  })
}

/** With a demo: the stored users and alice. */
async function openUsers(
  { demo }: Configuration,
  users: Users,
  passwords: Passwords,
): Promise<Users> {
  return demo ? withDemoUser(users, await passwords.hash('secret')) : users
}

/** Twice as many slots as passwords hashed at once: while one is hashed, the account of the next one is looked up. */
function openAdmission(
  configuration: Configuration,
  { redis }: Pick<Storage, 'redis'>,
  { atOnce }: Passwords,
): Admission {
  return createAdmission({ configuration, redis, slots: 2 * atOnce })
}

/** Passwords that are hashed or wait for it, and logins that wait for their turn to be. */
function hashingLoad(passwords: Passwords, admission: Admission): QueueLoad {
  const load = passwords.load()
  return { ...load, waiting: load.waiting + admission.waiting() }
}

async function openOAuth(
  parts: ServiceParts,
  rooms: SessionRooms & { readonly signing: SigningKeys },
  { database, limits }: { readonly database: SqlDatabase; readonly limits: ClientLimits },
): Promise<OAuth> {
  const { configuration } = parts
  const { signing, revocation } = rooms
  const clients = await openClients({ configuration, database, revocation })
  const openFor = (itsTimes: Configuration, scope: string) =>
    openSessions({ ...parts, configuration: itsTimes, scope }, rooms)
  return createOAuth({ configuration, signing, revocation, clients, limits, openSessions: openFor })
}

function sweepRegularly(stores: Storage['stores'], log: Logger): () => void {
  const sweep = () => stores.sessions.sweep(Math.floor(Date.now() / 1000))
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => {
      log.error({ err: error }, 'what has expired could not be thrown away')
    })
  }, sweepEveryMs).unref()
  return () => {
    clearInterval(timer)
  }
}
