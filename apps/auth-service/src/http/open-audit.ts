import type { Logger } from 'pino'
import type { StoreClock } from 'jotgate/extend'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { createAudit, type Audit } from '../audit/audit.js'
import { openAuditKeys, type AuditKeys } from '../audit/audit-keys.js'
import { keepAudit } from '../audit/audit-rounds.js'
import type { Configuration } from '../configuration/configuration.js'
import { theService, type Party } from '../events/event.js'
import type { DataDirectory } from '../storage/data-directory.js'

/** Options of {@link openAudit}. */
export interface AuditSetup {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
  /** Waits as long as a start, until the start is over. */
  readonly database: SqlDatabase
  /** The clock of the database's server. Default: none, as for a file. */
  readonly clock?: StoreClock
  /** Who writes the chain. Default: the service. */
  readonly writer?: Party
}

/**
 * The audit log of this process, whose chain is not open yet.
 *
 * @throws ConfigError, SetupFault, AuthError STORE_UNAVAILABLE
 */
export async function openAudit(
  setup: AuditSetup,
): Promise<{ readonly audit: Audit; readonly keys: AuditKeys }> {
  const { writer = theService } = setup
  const keys = openAuditKeys(setup)
  return { keys, audit: await createAudit({ ...setup, keys, writer }) }
}

/** An audit log that is kept up at intervals. */
export interface KeptAudit {
  readonly audit: Audit
  /** Stores what was counted, and the closing row; the last of what a process writes. */
  closeAudit(): Promise<void>
}

/**
 * The audit log of a service, with its opening row.
 *
 * @throws ConfigError, SetupFault, AuthError STORE_UNAVAILABLE
 */
export async function openServiceAudit(setup: AuditSetup): Promise<KeptAudit> {
  const { configuration, data, log, database, clock = {} } = setup
  const { audit, keys } = await openAudit(setup)
  await audit.open()
  const closeAudit = keepAudit({
    ...{ audit, keys, database, log, clock },
    keep: configuration.auditKeep,
    headsFile: data.auditHeads,
  })
  return { audit, closeAudit }
}
