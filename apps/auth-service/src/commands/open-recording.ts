import type { Logger } from 'pino'
import type { SqlStatement } from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import type { Events } from '../events/events.js'
import { openAudit } from '../http/open-audit.js'
import { openEvents } from '../http/open-events.js'
import { openOutbox } from '../http/open-outbox.js'
import type { DataDirectory } from '../storage/data-directory.js'
import type { Storage } from '../storage/storage.js'
import { commandParty } from './record-command.js'

/** Where a command records what it does. */
export interface Recording {
  readonly events: Events
  /**
   * Begins a chain of the audit log. Call it before anything is changed; a command that only reads needs none.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  begin(): Promise<void>
  /** Deletes names, addresses and user agents of a user from the audit log. @throws AuthError STORE_UNAVAILABLE */
  erase(id: string): Promise<void>
  /** What the deletion of a user runs besides: see the audit log. */
  erasureNote(id: string): SqlStatement
  /** Ends the chain. Messages to other systems stay for the service to deliver. */
  close(): Promise<void>
}

/** Options of {@link openRecording}. */
export interface RecordingParts {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
  readonly storage: Pick<Storage, 'database' | 'patientDatabase'>
}

/**
 * Opens the audit log and the outbox for a command.
 *
 * @throws ConfigError, SetupFault, AuthError STORE_UNAVAILABLE
 * @example const { events, begin, close } = await openRecording({ configuration, data, log, storage })
 */
export async function openRecording(parts: RecordingParts): Promise<Recording> {
  const outbox = await openOutbox(parts)
  const database = parts.storage.patientDatabase
  const { audit } = await openAudit({ ...parts, database, writer: commandParty() })
  const events = openEvents({ ...parts, outbox, audit })
  return {
    events,
    begin: () => audit.open(),
    erase: (id) => audit.erase(id, commandParty()),
    erasureNote: (id) => audit.erasureNote(id),
    close: async () => {
      await events.close()
      await outbox.close()
      await audit.close()
    },
  }
}
