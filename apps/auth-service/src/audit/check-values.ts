import { z } from 'zod'
import {
  commitmentOf,
  personalFields,
  personalNames,
  type AuditRow,
  type PersonalField,
} from './audit-row.js'

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
