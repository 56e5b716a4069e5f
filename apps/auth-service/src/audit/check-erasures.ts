import {
  isPlaced,
  ownerOf,
  readRow,
  selectColumns,
  type AuditRow,
  type PersonalField,
} from './audit-row.js'
import { chainKinds } from './chain-kinds.js'
import type { Finding } from './finding.js'
import { isGenuine, type HeadParts } from './heads.js'

/** Compares the values that are gone with the rows that say so. */
export interface Erasures {
  look(row: AuditRow, gone: readonly PersonalField[]): void
  /** Reports parties whose values are gone without an erasure. */
  finish(): Promise<void>
}

/** Options of {@link createErasures}. */
export interface ErasureParts extends HeadParts {
  /** Seconds that rows are kept: of an older row, retention may have removed the one that tells of its erasure. */
  readonly keep: number
  readonly report: (finding: Finding) => void
}

/**
 * An erasure reaches the rows up to its own time, so that only the latest row of each party has to be compared. The rows that
 * tell of erasures are looked for at the end: an erasure may run beside the check.
 *
 * @example const erasures = createErasures({ database, keys, keep, report })
 */
export function createErasures(parts: ErasureParts): Erasures {
  const latest = new Map<string, AuditRow>()
  return {
    look: (row, gone) => {
      for (const field of gone) {
        const party = ownerOf(field, row)
        if (row.at > (latest.get(party)?.at ?? -Infinity)) latest.set(party, row)
      }
    },
    finish: async () => {
      const kept = Date.now() - parts.keep * 1000
      for (const [party, { chain, seq, at }] of latest)
        if (at >= kept && !(await isErased(parts, party, at)))
          parts.report({ kind: 'unerased', chain, seq })
    },
  }
}

/** Whether the service has told of an erasure of the party at that time or later. */
async function isErased(parts: ErasureParts, party: string, at: number): Promise<boolean> {
  const found = await parts.database.query(
    `SELECT ${selectColumns} FROM service_audit_rows
     WHERE subject = $1 AND at >= $2 AND kind = $3 AND ${isPlaced} ORDER BY at LIMIT 100`,
    [party, at, chainKinds.erased],
  )
  for (const row of found.map(readRow)) if (await isGenuine(parts, row)) return true
  return false
}
