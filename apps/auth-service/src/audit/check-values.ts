import { z } from 'zod'
import {
  commitmentOf,
  ownerOf,
  personalFields,
  personalNames,
  type AuditRow,
  type PersonalField,
} from './audit-row.js'
import { chainKinds } from './chain-kinds.js'
import type { Finding } from './finding.js'

const committed = z.partialRecord(
  z.enum(['actorName', 'address', 'userAgent', 'subjectName']),
  z.string(),
)

/** The commitments of a row; empty for a text that is none. */
export function commitmentsOf({
  commitments,
}: Pick<AuditRow, 'commitments'>): Readonly<Partial<Record<PersonalField, string>>> {
  if (commitments === null) return {}
  try {
    return committed.parse(JSON.parse(commitments))
  } catch {
    return {} // the MAC of the row, which covers this text, says that it was changed
  }
}

/** What {@link checkValues} says of a row. */
export interface CheckedValues {
  /** Whether the values that are there are those of the commitments. */
  readonly isWhole: boolean
  /** Fields whose value and salt are gone. */
  readonly gone: readonly PersonalField[]
}

/** Compares the personal values of a row with their commitments. */
export function checkValues(row: AuditRow): CheckedValues {
  const commitments = commitmentsOf(row)
  const { chain, seq } = row
  const gone: PersonalField[] = []
  let isWhole = true
  for (const field of personalNames) {
    const [wanted, value, salt] = [commitments[field], row[field], row[personalFields[field]]]
    if (wanted === undefined) isWhole &&= value === null
    else if (value === null && salt === null) gone.push(field)
    else if (value === null || salt === null) isWhole = false
    else isWhole &&= commitmentOf({ chain, seq, field, salt, value }) === wanted
  }
  return { isWhole, gone }
}

/** Compares what was erased with the rows that say so. */
export interface Erasures {
  look(
    row: AuditRow,
    found: { readonly gone: readonly PersonalField[]; readonly isWritten: boolean },
  ): void
  /** Reports parties whose values are gone without an erasure. */
  finish(): void
}

/** @example const erasures = createErasures(report) */
export function createErasures(report: (finding: Finding) => void): Erasures {
  const told = new Set<string>()
  const first = new Map<string, Finding>()
  return {
    look: (row, { gone, isWritten }) => {
      const { chain, seq } = row
      if (isWritten && row.kind === chainKinds.erased) told.add(row.subject)
      for (const field of gone) {
        const party = ownerOf(field, row)
        if (!first.has(party)) first.set(party, { kind: 'unerased', chain, seq })
      }
    },
    finish: () => {
      for (const [party, finding] of first) if (!told.has(party)) report(finding)
    },
  }
}
