import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { macOf, type AuditRow } from './audit-row.js'
import type { AuditKeys } from './audit-keys.js'
import { chainKinds } from './chain-kinds.js'
import { createErasures } from './check-erasures.js'
import { checkValues } from './check-values.js'
import type { Head } from './chain-writer.js'
import { findCheckpoint, isSame, isSigned } from './checkpoint.js'
import type { Claim } from './claims.js'
import type { Finding } from './finding.js'
import { readHead } from './heads.js'

/** Checks rows that come in the order of chain and place. */
export interface ChainCheck {
  row(row: AuditRow): Promise<void>
  /** Rows so far. */
  rows(): number
  /** Whether a row of the chain has come. */
  hasChain(chain: string): boolean
  /** After the last row. */
  finish(): Promise<{ readonly rows: number; readonly open: number; readonly erased: number }>
}

/** Options of {@link createChainCheck}. */
export interface ChainCheckParts {
  readonly database: SqlDatabase
  readonly keys: AuditKeys
  /** Seconds that rows are kept. */
  readonly keep: number
  readonly report: (finding: Finding) => void
  /** Receives the heads that verified rows name. */
  readonly claim: (claim: Claim) => void
}

/** Where the check of a chain is: behind this row. */
interface Place {
  readonly chain: string
  readonly seq: number
  /** Undefined behind rows that are missing: the next row cannot be checked. */
  readonly mac: string | undefined
  /** Undefined: the chain's key is not configured. */
  readonly key: Uint8Array | undefined
}

/** @example for (const row of rows) await check.row(row) */
export function createChainCheck(parts: ChainCheckParts): ChainCheck {
  const { report, claim } = parts
  const erasures = createErasures(parts)
  const [chains, closed] = [new Set<string>(), new Set<string>()]
  let [rows, erased] = [0, 0]
  let place: Place | undefined
  return {
    row: async (row) => {
      const { chain, seq } = row
      rows++
      chains.add(chain)
      place = await placeBefore(parts, place, row)
      if (seq <= place.seq) {
        if (await isThere(parts, row)) report({ kind: 'changed', chain, seq })
        return
      }
      const isWritten = checkMac(parts, place, row)
      place = { ...place, seq, mac: row.mac }
      const { isWhole, gone } = checkValues(row)
      if (!isWhole) report({ kind: 'value', chain, seq })
      erased += gone.length
      erasures.look(row, gone)
      if (!isWritten) return
      if (row.kind === chainKinds.closed) closed.add(chain)
      for (const head of headsIn(row))
        claim({ ...head, source: `chain ${chain}, row ${String(seq)}` })
    },
    rows: () => rows,
    hasChain: (chain) => chains.has(chain),
    finish: async () => {
      await erasures.finish()
      return { rows, erased, open: chains.size - closed.size }
    },
  }
}

/** The place before a row: at the checkpoint of its chain, behind the row before, or behind rows that are missing. */
async function placeBefore(
  parts: ChainCheckParts,
  before: Place | undefined,
  row: AuditRow,
): Promise<Place> {
  const place = before?.chain === row.chain ? before : await begin(parts, row)
  if (row.seq <= place.seq + 1) return place
  // Retention may have moved the checkpoint since the last row.
  const checkpoint = await findCheckpoint(parts.database, row.chain)
  if (
    checkpoint !== undefined &&
    checkpoint.goneSeq > place.seq &&
    isSigned(checkpoint, parts.keys)
  ) {
    const moved = { ...place, seq: checkpoint.goneSeq, mac: checkpoint.goneMac }
    if (row.seq <= moved.seq + 1) return moved
  }
  const { chain, seq } = row
  parts.report({ kind: 'missing', chain, seq: place.seq + 1, until: seq - 1 })
  return { ...place, seq: seq - 1, mac: undefined }
}

async function begin({ database, keys, report }: ChainCheckParts, row: AuditRow): Promise<Place> {
  const { chain } = row
  const checkpoint = await findCheckpoint(database, chain)
  const unknown = { chain, seq: row.seq - 1, mac: undefined, key: undefined }
  if (checkpoint === undefined) {
    report({ kind: 'unlisted', chain })
    return unknown
  }
  const key = keys.find(checkpoint.keyId)?.bytes
  if (key === undefined) {
    report({ kind: 'key', chain })
    return unknown
  }
  if (!isSigned(checkpoint, keys)) {
    report({ kind: 'checkpoint', chain })
    return { ...unknown, key }
  }
  return { chain, key, seq: checkpoint.goneSeq, mac: checkpoint.goneMac }
}

/** False also for a row that cannot be checked. */
function checkMac({ report }: ChainCheckParts, { key, mac }: Place, row: AuditRow): boolean {
  if (key === undefined || mac === undefined) return false
  const isWritten = isSame(macOf(row, mac, key), row.mac)
  if (!isWritten) report({ kind: 'changed', chain: row.chain, seq: row.seq })
  return isWritten
}

/** A row at or below the checkpoint: retention has deleted it since it was read, or it was inserted. */
async function isThere({ database }: ChainCheckParts, { chain, seq }: AuditRow): Promise<boolean> {
  const text = 'SELECT 1 AS found FROM service_audit_rows WHERE chain = $1 AND seq = $2'
  return (await database.query(text, [chain, seq])).length > 0
}

const vouching = z.object({ heads: z.array(z.string()) })

/** The heads that an opening row, and later ones, name. */
function headsIn({ kind, details }: AuditRow): readonly Head[] {
  if ((kind !== chainKinds.opened && kind !== chainKinds.heads) || details === null) return []
  const { data } = vouching.safeParse(JSON.parse(details))
  return (data?.heads ?? []).flatMap((text) => readHead(text) ?? [])
}
