import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import type { Party, ServiceEvent } from '../events/event.js'
import type { AuditKeys } from './audit-keys.js'
import { chainKinds } from './chain-kinds.js'
import { createChainWriter, type ChainWriter } from './chain-writer.js'
import { signCheckpoint } from './checkpoint.js'
import { newId, ownEntry } from './entry.js'
import { lostEntry } from './flood.js'
import { headText, mostHeads } from './heads.js'
import { insertChain, insertRows } from './insert-rows.js'
import { createNews } from './news.js'

/** Options of {@link createOwnChain}. */
export interface OwnChainParts {
  readonly database: SqlDatabase
  readonly keys: AuditKeys
  readonly log: Pick<Logger, 'error'>
  /** Who writes the chain: the service, or a command. */
  readonly writer: Party
  /** The machine, as the opening row names it. Default: its host name. */
  readonly host?: string
}

/** The chain of this process. */
export interface OwnChain {
  /** Opens the chain on the first call. @throws AuthError STORE_UNAVAILABLE */
  writer(): Promise<ChainWriter>
  /** Undefined before its opening row was sent. */
  opened(): ChainWriter | undefined
  /** Stores the heads of other chains that are new to this one. @throws AuthError STORE_UNAVAILABLE */
  vouch(): Promise<void>
  /** Stores the closing row. */
  close(): Promise<void>
}

/** @example const chain = createOwnChain({ database, keys, log, writer: theService }) */
export function createOwnChain(parts: OwnChainParts): OwnChain {
  const { log } = parts
  const chain = newId()
  const news = createNews({ ...parts, own: chain })
  const own = (kind: ServiceEvent['kind'], details: NonNullable<ServiceEvent['details']> = {}) =>
    ownEntry({ kind, result: 'done', actor: parts.writer, details })
  let writer: ChainWriter | undefined
  const open = async (): Promise<ChainWriter> => {
    if (writer !== undefined) return writer // which retries its opening row
    const begun = await begin(parts, chain)
    const heads = (await news(mostHeads)).map(headText)
    writer = begun
    const { host = hostname() } = parts
    const details = { key: parts.keys.current.id, host, pid: process.pid, heads }
    await writer.add(own(chainKinds.opened, details))
    return writer
  }
  let opening: Promise<ChainWriter> | undefined
  return {
    writer: () =>
      (opening ??= open().catch((error: unknown) => {
        opening = undefined
        throw error
      })),
    opened: () => writer,
    vouch: async () => {
      const heads = (await news()).map(headText)
      for (let at = 0; at < heads.length; at += mostHeads)
        await writer?.add(own(chainKinds.heads, { heads: heads.slice(at, at + mostHeads) }))
    },
    close: async () => {
      if (writer === undefined) return
      await writer.add(own(chainKinds.closed)).catch(() => undefined)
      const rows = await writer.close()
      if (rows > 0) log.error({ rows }, 'rows of the audit log could not be written')
    },
  }
}

/** Adds the chain to the list, with a checkpoint before its first row. */
async function begin({ database, keys, log }: OwnChainParts, chain: string): Promise<ChainWriter> {
  const { current } = keys
  const checkpoint = signCheckpoint({ chain, goneSeq: 0, goneMac: '' }, current)
  const { text, params } = insertChain(checkpoint, Date.now())
  await database.query(text, params)
  return createChainWriter({
    ...{ chain, key: current.bytes },
    insert: (rows) => insertRows(database, rows),
    tellLost: (count) => lostEntry(count, { reason: 'unavailable' }),
    onFault: (cause) => {
      log.error({ err: cause }, 'the database refuses rows of the audit log; they are retried')
    },
  })
}
