import { migrate, type SqlStatement } from 'jotgate/stores/sqlite'
import type { Party } from '../events/event.js'
import type { EventSink } from '../events/events.js'
import type { AuditRow } from './audit-row.js'
import { auditSchema } from './audit-tables.js'
import { chainKinds } from './chain-kinds.js'
import type { Head } from './chain-writer.js'
import { ownEntry, type Entry } from './entry.js'
import { eraseAgain, eraseValues, erasureNote } from './erase.js'
import { createFlood } from './flood.js'
import { listHeads, type ChainHead } from './heads.js'
import { createOwnChain, type OwnChainParts } from './own-chain.js'
import { readAll, searchAudit, type AuditPage, type AuditQuery } from './search.js'

/** The audit log, as one process writes and reads it. */
export interface Audit {
  /** Stores a row for an event, owes it, or counts it. @throws AuthError STORE_UNAVAILABLE when the event has no row */
  readonly sink: Required<EventSink>
  /** Stores the opening row of this process's chain, unless it is there. @throws AuthError STORE_UNAVAILABLE */
  open(): Promise<void>
  /** Rows that the database has refused, and that are retried. */
  owed(): number
  /** Events without a row. */
  lost(): number
  /** The last row of this process's chain; undefined before it is opened. */
  head(): Head | undefined
  /** The heads of the latest chains. @throws AuthError STORE_UNAVAILABLE */
  heads(limit: number): Promise<readonly ChainHead[]>
  /** @throws AuthError STORE_UNAVAILABLE */
  search(query: AuditQuery, page: AuditPage): Promise<readonly AuditRow[]>
  /** Rows of a time, the oldest first, page by page. @throws AuthError STORE_UNAVAILABLE */
  readAll(query: AuditQuery): AsyncGenerator<readonly AuditRow[]>
  /**
   * Deletes the names, addresses and user agents of a user in all rows, which still verify; its id stays as a pseudonym.
   *
   * @throws AuthError STORE_UNAVAILABLE; calling again goes on
   */
  erase(id: string, by: Party): Promise<void>
  /**
   * A statement that runs in one transaction with the deletion of a user: its values are erased within the hour even if
   * `erase` is never called.
   */
  erasureNote(id: string): SqlStatement
  /**
   * Erases the users of the last day's erasures again, where rows were stored since: another process may have done so. Unix
   * milliseconds.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  eraseAgain(now: number): Promise<void>
  /** Stores rows for what was counted since the last call. @throws AuthError STORE_UNAVAILABLE */
  storeCounts(): Promise<void>
  /** Stores the heads that other chains have now, if they are new to this chain. @throws AuthError STORE_UNAVAILABLE */
  vouch(): Promise<void>
  /** Stores what was counted, and the closing row; do not use it afterwards. */
  close(): Promise<void>
}

/** Options of {@link createAudit}: the database also stores the opening row of a start, which may wait. */
export type AuditParts = OwnChainParts

/**
 * Opens the audit log and makes its tables. The chain of this process begins with its first row, or with `open`.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const audit = await createAudit({ database, keys: openAuditKeys(parts), log, writer })
 */
export async function createAudit(parts: AuditParts): Promise<Audit> {
  const { database } = parts
  await migrate(database, auditSchema)
  const chain = createOwnChain(parts)
  const add = async (entry: Entry): Promise<void> => (await chain.writer()).add(entry)
  const offer = async (entry: Entry): Promise<void> => (await chain.writer()).offer(entry)
  const taking = createTaking(offer)
  const erase = async (id: string, by: Party): Promise<void> => {
    const subject = { kind: 'user', id } as const
    const entry = ownEntry({ kind: chainKinds.erased, result: 'done', actor: by, subject })
    await add(entry)
    await eraseValues(database, id, entry.at)
  }
  return {
    ...taking,
    open: async () => {
      await chain.writer()
    },
    owed: () => chain.opened()?.owed() ?? 0,
    lost: () => chain.opened()?.lost() ?? 0,
    head: () => chain.opened()?.head(),
    heads: (limit) => listHeads(parts, limit),
    search: (query, page) => searchAudit(database, query, page),
    readAll: (query) => readAll(database, query),
    erasureNote: (id) => erasureNote(id, Date.now()),
    erase: async (id, by) => {
      await database.batch([erasureNote(id, Date.now())])
      await erase(id, by)
    },
    eraseAgain: (now) => eraseAgain({ database, now, erase: (id) => erase(id, parts.writer) }),
    vouch: () => chain.vouch(),
    close: async () => {
      await taking.storeCounts().catch(() => undefined) // the chain says below what stays unwritten
      await chain.close()
    },
  }
}

/** The sink, and what it only counts. */
function createTaking(add: (entry: Entry) => Promise<void>): Pick<Audit, 'sink' | 'storeCounts'> {
  const flood = createFlood()
  return {
    sink: {
      take: async (event) => {
        const entry = flood.admit(event)
        if (entry !== undefined) await add(entry)
      },
      refusedUnknown: (network) => {
        flood.unknown(network)
      },
    },
    storeCounts: async () => {
      await Promise.all(flood.counted().map(add))
    },
  }
}
