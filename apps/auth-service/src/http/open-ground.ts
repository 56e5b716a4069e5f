import type { Logger } from 'pino'
import { createRevocation, type Revocation } from 'jotgate'
import type { Configuration } from '../configuration/configuration.js'
import type { Events } from '../events/events.js'
import { createMetrics, type Metrics } from '../observing/metrics.js'
import { watchRevocations, type WatchedRevocations } from '../observing/recent-revocations.js'
import { openTracing, type Tracing } from '../observing/tracing.js'
import { createTraffic, type Traffic } from '../observing/traffic.js'
import type { Outbox } from '../outbox/outbox.js'
import { openSigningKeys, type SigningKeys } from '../sessions/signing.js'
import type { DataDirectory } from '../storage/data-directory.js'
import { openStorage, type Storage } from '../storage/storage.js'
import { createPasswords, type Passwords } from '../users/passwords.js'
import { openUsers, type OpenUsers } from '../users/source/open-users.js'
import { openServiceAudit, type KeptAudit } from './open-audit.js'
import { openEvents } from './open-events.js'
import { openOutbox } from './open-outbox.js'

/** Options of a service: its configuration, the folder of its data, and its log. */
export interface ServiceParts {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
}

/** What the rest of the service stands on: the storage, and what reads or writes there by itself. */
export interface Ground extends KeptAudit {
  readonly storage: Storage
  readonly signing: SigningKeys
  readonly traffic: Traffic
  readonly tracing: Tracing
  readonly metrics: Metrics
  readonly passwords: Passwords
  readonly people: OpenUsers
  readonly outbox: Outbox
  readonly events: Events
  readonly watched: WatchedRevocations
  /** Started. */
  readonly revocation: Revocation
}

/** @throws ConfigError, SetupFault, AuthError STORE_UNAVAILABLE */
export async function openGround(parts: ServiceParts): Promise<Ground> {
  const storage = await openStorage(parts)
  const { stores, patientDatabase: starting } = storage
  const signing = await openSigningKeys({ ...parts, store: stores.keys })
  const [traffic, tracing, metrics] = [createTraffic(), await openTracing(), createMetrics()]
  const passwords = tracing.passwords(await createPasswords())
  const people = await openUsers({ ...parts, storage, passwords })
  const outbox = await openOutbox({ ...parts, storage })
  const kept = await openServiceAudit({ ...parts, database: starting, clock: stores.keys })
  const events = openEvents({ ...parts, outbox, audit: kept.audit })
  const watched = watchRevocations(stores.revocations)
  const revocation = openRevocation(parts, watched.store)
  await storage.patiently(() => revocation.start())
  const observing = { traffic, tracing, metrics, watched }
  const recording = { outbox, events, ...kept }
  return { storage, signing, passwords, people, ...recording, revocation, ...observing }
}

function openRevocation(
  { configuration, log }: ServiceParts,
  store: WatchedRevocations['store'],
): Revocation {
  return createRevocation({
    store,
    issuer: configuration.issuer,
    accessTtl: configuration.accessTtl,
    maxEntries: configuration.maxRevocations,
    onEvent: ({ kind, cause }) => {
      const level = kind === 'ready' || kind === 'recovered' ? 'info' : 'warn'
      log[level]({ kind, err: cause }, 'revocations')
    },
  })
}
