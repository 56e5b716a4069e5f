import { appendFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { StoreClock } from 'jotgate/extend'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { Audit } from './audit.js'
import type { AuditKeys } from './audit-keys.js'
import { sweepAudit } from './retention.js'
import { createRetentionTime } from './retention-time.js'

/** Options of {@link keepAudit}. */
export interface RoundParts {
  readonly audit: Audit
  readonly database: SqlDatabase
  readonly keys: AuditKeys
  /** Seconds that rows are kept. */
  readonly keep: number
  /** The clock of the database's server, if it has one. */
  readonly clock: StoreClock
  /** A file that gets a line for each exported head. */
  readonly headsFile: string
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** Milliseconds between two rounds, and before the first sweep. */
const every = { counts: 60_000, heads: 600_000, sweep: 3_600_000, firstSweep: 60_000 } as const

/**
 * What a service does for its audit log at intervals: rows for what was counted, heads in its chain, in the log and in a
 * file, retention. The returned function stops it and exports the last head.
 *
 * @example const stop = keepAudit({ audit, database, keys, keep: 400 * 86_400, headsFile, log })
 */
export function keepAudit(parts: RoundParts): () => Promise<void> {
  const { audit, log } = parts
  const exportHead = createExport(parts)
  const round = (what: string, work: () => Promise<void>) => () => {
    work().catch((error: unknown) => {
      log.warn({ err: error }, `the audit log: ${what} must wait`)
    })
  }
  const timeOf = createRetentionTime({ ...parts, ownChain: () => audit.head()?.chain })
  const retention = round('retention', () => sweepNow(parts, timeOf))
  const erasures = round('erasures', () => audit.eraseAgain(Date.now()))
  const sweep = () => {
    retention()
    erasures()
  }
  const timers = [
    setInterval(
      round('what was counted', () => audit.storeCounts()),
      every.counts,
    ),
    setInterval(
      round('heads', async () => {
        await audit.vouch()
        await exportHead()
      }),
      every.heads,
    ),
    setTimeout(sweep, every.firstSweep),
    setInterval(sweep, every.sweep),
  ]
  for (const timer of timers) timer.unref()
  round('heads', exportHead)()
  return async () => {
    for (const timer of timers) clearInterval(timer)
    await audit.close()
    await exportHead()
  }
}

/** Writes the head of this process to the log and to the file, unless it is the one written last. */
function createExport({ audit, headsFile, log }: RoundParts): () => Promise<void> {
  let written = 0
  return async () => {
    const head = audit.head()
    if (head === undefined || head.seq === written) return
    written = head.seq
    log.info(head, 'audit head')
    const line = { ...head, at: Math.floor(Date.now() / 1000) }
    await appendFile(headsFile, `${JSON.stringify(line)}\n`, { mode: 0o600 }).catch(
      (error: unknown) => {
        log.warn({ err: error }, 'the head of the audit log could not be written to its file')
      },
    )
  }
}

async function sweepNow(
  { database, keys, log }: RoundParts,
  timeOf: () => Promise<number | undefined>,
): Promise<void> {
  const before = await timeOf()
  if (before === undefined) return
  const rows = await sweepAudit({
    ...{ database, keys, before },
    onFault: (chain) => {
      log.error({ chain }, 'a chain of the audit log does not verify, so that its old rows stay')
    },
  })
  if (rows > 0) log.info({ rows }, 'old rows of the audit log were removed')
}
