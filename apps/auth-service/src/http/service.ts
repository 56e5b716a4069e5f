import type { Logger } from 'pino'
import { type KeyRing, type Revocation, type Sessions, type Verifier } from 'jotgate'
import { isStorableName } from 'jotgate/extend'
import type { Services as AccountsServices } from '../api/accounts/services.js'
import type { Services as AdminServices } from '../api/admin/services.js'
import type { Services as AuditServices } from '../api/audit/services.js'
import type { Services as ClientsServices } from '../api/clients/services.js'
import type { Services as UserServices } from '../api/user/services.js'
import type { Audit } from '../audit/audit.js'
import type { Configuration } from '../configuration/configuration.js'
import type { ClientLimits } from '../limits/client-limits.js'
import { createOAuth, type OAuth } from '../oauth/oauth.js'
import { endSitesOf } from '../oauth/authorize/end-sites.js'
import { firstPartyClient } from '../oauth/first-party.js'
import { openClients } from '../oauth/open-clients.js'
import type { StoredSites } from '../oauth/authorize/sites.js'
import { openSignIn, openStoredSites } from './open-sign-in.js'
import type { Events } from '../events/events.js'
import { openGround, type Ground, type ServiceParts } from './open-ground.js'
import { openGates, type Gates } from './gates.js'
import { watchClocks, type Clocks, type ClocksParts } from '../observing/clocks.js'
import { type Metrics } from '../observing/metrics.js'
import { createProcesses, type Processes } from '../observing/processes.js'
import { type WatchedRevocations } from '../observing/recent-revocations.js'
import { createSharedAddress, type SharedAddress } from '../observing/shared-address.js'
import { type Tracing } from '../observing/tracing.js'
import { type Traffic } from '../observing/traffic.js'
import { createAdmission, type Admission } from '../limits/admission.js'
import { recordLocks } from '../observing/record-locks.js'
import { migrateLimits, sweepLimits } from '../limits/postgres-limits.js'
import type { QueueLoad } from '../limits/queue.js'
import { createPasswordRules } from '../users/password-rules.js'
import { type Passwords } from '../users/passwords.js'
import { finishRegularly } from '../sessions/finish-regularly.js'
import type { SessionRights } from '../sessions/rights.js'
import { createSessionCount } from '../sessions/count-sessions.js'
import { openSessions, type SessionRooms } from '../sessions/sessions.js'
import { type SigningKeys } from '../sessions/signing.js'
import { type Storage } from '../storage/storage.js'
import { demoSubject } from '../users/demo-user.js'
import type { SecondFactor } from '../users/second-factor/second-factor.js'
import type { UserSource } from '../users/source/user-source.js'
import type { Users } from '../users/users.js'
import { webhookHandler, webhookTopic } from '../webhooks/webhooks.js'

/** The running service: each API with the parts that it uses, and the parts that HTTP itself uses. */
export interface Service extends Gates {
  readonly configuration: Configuration
  readonly log: Logger
  readonly userApi: UserServices
  readonly accountsApi: AccountsServices
  readonly adminApi: AdminServices
  readonly clientsApi: ClientsServices
  readonly auditApi: AuditServices
  readonly audit: Pick<Audit, 'readAll' | 'owed'>
  readonly oauth: OAuth
  readonly users: Pick<Users, 'anyWith'>
  readonly sessions: Pick<Sessions, 'refresh' | 'end'>
  readonly admission: Pick<Admission, 'refuseWhenBusy'>
  readonly traffic: Traffic
  readonly shared: SharedAddress
  readonly clocks: Clocks
  readonly tracing: Tracing
  readonly metrics: Metrics
  /** Undefined if tokens are signed with a shared secret: no key is published. */
  readonly ring: KeyRing | undefined
  /** Whether the service can sign, verify and check revocations now. */
  ready(): boolean
  /** Whether the database takes writes: without them there is no login, refresh or logout. */
  canWrite(): Promise<boolean>
  /** Closes the database; do not use the service afterwards. */
  close(): Promise<void>
}

/** How often counts of logins are deleted; sessions and revocations are swept by the library. */
const sweepEveryMs = 60 * 60 * 1000

/**
 * Wires the rooms together: keys, sessions and revocations in the database, the secrets that protect them beside it.
 *
 * @throws ConfigError, SetupFault, AuthError STORE_UNAVAILABLE
 */
export async function createService(parts: ServiceParts): Promise<Service> {
  const { configuration, log } = parts
  const ground = await openGround(parts)
  const { storage, signing, traffic, tracing, metrics, passwords, people } = ground
  const { watched, revocation, outbox, events, audit } = ground
  const { database, patientDatabase: starting, stores } = storage
  const store = tracing.sessions(stores.sessions)
  const sites = await openStoredSites(storage)
  const onEnded = endSitesOf({ sites, sessions: () => sessions })
  const rooms = { ...people, signing, store, revocation, metrics, events, onEnded }
  const rights = firstPartyClient(configuration.audience)
  const [shared, sessions] = [createSharedAddress(), openSessions({ ...parts, rights }, rooms)]
  const admission = await openAdmission(configuration, { ...storage, ...shared, events }, passwords)
  const oauth = await openOAuth(parts, rooms, { storage, limits: admission.clients, sites })
  // The demo's user does not exist once there is a configuration.
  if (!configuration.demo) await storage.patiently(() => sessions.endAll(demoSubject))
  const stopping = [sweepRegularly(storage, log), finishRegularly(sessions, log)]
  const clocks = await watchClocks({ stores: clocksOf(storage), revocation, log })
  const revocations = () => revocation.status()
  const processes = await createProcesses({ database, starting, traffic, shared, revocations, log })
  storage.started('requests')
  const gates = openGates({ ...{ configuration, traffic, tracing, log }, ...rooms })
  const [cache, hashing] = [() => gates.verify.cacheUse(), () => hashingLoad(passwords, admission)]
  const load = { revocations, cache, hashing, outbox: () => outbox.status() }
  metrics.measure({ ...load, audit, ring: signing.ring })
  outbox.deliver(webhookTopic, webhookHandler(configuration.webhooks))
  const made = { ...ground, ...people, sessions, admission, oauth, processes, watched, ...gates }
  return {
    ...{ configuration, log, sessions, admission, traffic, shared, tracing, metrics, oauth },
    ...{ ...gates, ...apisOf(parts, made), clocks, audit },
    ...{ users: people.users, ring: signing.ring },
    canWrite: () => processes.canWrite(),
    ready: () => revocation.ready() && (signing.ring?.status().ready ?? true),
    close: async () => {
      for (const stop of stopping) await stop()
      clocks.close()
      await oauth.signIn?.idTokens.close()
      await closeGround(ground, processes)
    },
  }
}

async function closeGround(ground: Ground, processes: Processes): Promise<void> {
  const { revocation, signing, events, outbox, people, storage } = ground
  for (const each of [revocation, signing]) each.close()
  for (const each of [events, outbox, processes, people]) await each.close()
  await ground.closeAudit() // after everything that records
  await storage.close()
}

/** Parts that {@link apisOf} hands out. */
interface ApiParts {
  readonly users: Users
  readonly source: UserSource
  readonly secondFactor: SecondFactor
  readonly passwords: Passwords
  readonly admission: Admission
  readonly sessions: Sessions
  readonly verify: Verifier
  readonly oauth: OAuth
  readonly revocation: Revocation
  readonly signing: SigningKeys
  readonly events: Events
  readonly audit: Audit
  readonly processes: Processes
  readonly storage: Pick<Storage, 'stores' | 'database'>
  readonly watched: WatchedRevocations
}

/** Hands each API the parts that it names in its services.ts. */
function apisOf(
  { configuration, log }: ServiceParts,
  parts: ApiParts,
): Pick<Service, 'userApi' | 'accountsApi' | 'adminApi' | 'clientsApi' | 'auditApi'> {
  const { users, source, secondFactor, passwords, admission, sessions, verify, oauth } = parts
  const { revocation, signing, processes, storage, watched, events, audit } = parts
  const { stores, database } = storage
  const { clients } = oauth
  const passwordRules = createPasswordRules(configuration)
  const both = { log, events, users, secondFactor, passwords, passwordRules, sessions, verify }
  return {
    userApi: { ...both, configuration, admission, oauth, source },
    accountsApi: { ...both, configuration, revocation, audit, lockouts: admission.lockouts },
    adminApi: {
      ...{ log, events, users, sessions, verify, revocation, processes, ring: signing.ring },
      countSessions: createSessionCount(database),
      recentRevocations: () => watched.recent(),
      subjectOf: async (sid) =>
        isStorableName(sid) ? (await stores.sessions.findBySid(sid))?.subject : undefined,
    },
    clientsApi: { log, events, users, clients },
    auditApi: { audit },
  }
}

/**
 * Twice as many slots as concurrent hashes: while one password is hashed, the account of the next login is looked up.
 */
async function openAdmission(
  configuration: Configuration,
  { patientDatabase, events, ...parts }: AdmissionParts,
  { atOnce }: Passwords,
): Promise<Admission> {
  const { redis, postgres, loggedIn } = parts
  if (postgres !== undefined) await migrateLimits(patientDatabase)
  const onLocked = recordLocks(events)
  return createAdmission({ configuration, redis, postgres, loggedIn, onLocked, slots: 2 * atOnce })
}

interface AdmissionParts
  extends Pick<Storage, 'redis' | 'postgres' | 'patientDatabase'>, Pick<SharedAddress, 'loggedIn'> {
  readonly events: Events
}

/** Passwords being hashed or waiting for it, and logins waiting for their turn. */
function hashingLoad(passwords: Passwords, admission: Admission): QueueLoad {
  const load = passwords.load()
  return { ...load, waiting: load.waiting + admission.waiting() }
}

interface OAuthSetup {
  readonly storage: Storage
  readonly limits: ClientLimits
  readonly sites: StoredSites
}

async function openOAuth(
  parts: ServiceParts,
  rooms: SessionRooms & { readonly signing: SigningKeys },
  { storage, limits, sites }: OAuthSetup,
): Promise<OAuth> {
  const { configuration } = parts
  const { signing, revocation, events } = rooms
  const { database, patientDatabase: starting } = storage
  const clients = await openClients({ configuration, database, starting, revocation })
  const openFor = (itsTimes: Configuration, rights: SessionRights) =>
    openSessions({ ...parts, configuration: itsTimes, rights }, rooms)
  const signIn = await openSignIn({ ...{ ...parts, storage, sites }, rooms })
  const made = { configuration, signing, revocation, clients, limits, events, signIn }
  return createOAuth({ ...made, openSessions: openFor })
}

/** The servers whose clocks all processes share; a file has none. */
function clocksOf({ stores, redis }: Storage): ClocksParts['stores'] {
  const { keys, revocations } = stores
  return { 'the database': keys, ...(redis && { Redis: revocations }) }
}

function sweepRegularly({ postgres }: Storage, log: Logger): () => Promise<void> {
  if (postgres === undefined) return () => Promise.resolve()
  const timer = setInterval(() => {
    sweepLimits(postgres).catch((error: unknown) => {
      log.error({ err: error }, 'counts of logins could not be deleted')
    })
  }, sweepEveryMs).unref()
  return () => {
    clearInterval(timer)
    return Promise.resolve()
  }
}
