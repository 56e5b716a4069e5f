import type { Logger } from 'pino'
import type { Configuration } from '../configuration/configuration.js'
import { databaseKind } from '../outbox/database-clock.js'
import { createOutbox, type Outbox } from '../outbox/outbox.js'
import type { Storage } from '../storage/storage.js'

/** Options of {@link openOutbox}. */
export interface OutboxRooms {
  readonly configuration: Pick<Configuration, 'database'>
  readonly log: Logger
  readonly storage: Pick<Storage, 'database' | 'patientDatabase'>
}

/** The outbox of a process: of the service, and of each command, which adds messages for the service to deliver. */
export function openOutbox({ configuration, log, storage }: OutboxRooms): Promise<Outbox> {
  const { database, patientDatabase: starting } = storage
  const kind = databaseKind(configuration)
  return createOutbox({ database, starting, kind, log })
}
