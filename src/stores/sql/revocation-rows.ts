import type { RevocationEntry, RevocationName } from '../../revocation/ports.js'
import { toRevocationEntry } from '../revocation-entry.js'
import { integerOf, textOf, type SqlRow } from './database.js'

/** An entry, or only its name, as a parameter of a statement. */
export interface GivenRow {
  readonly issuer: string
  readonly kind: string
  readonly value: string
  readonly cut_off: number
  readonly expires_at: number
}

/** Rows for entries or names. Entries of the same name become one row with the later times: a statement may touch a row only once. */
export function givenRows(all: readonly (RevocationEntry | RevocationName)[]): readonly GivenRow[] {
  const byName = new Map<string, GivenRow>()
  for (const each of all) {
    const value = 'value' in each ? each.value : ''
    const name = JSON.stringify([each.issuer, each.kind, value])
    const known = byName.get(name)
    const cutOff = 'before' in each ? each.before : 0
    byName.delete(name)
    byName.set(name, {
      issuer: each.issuer,
      kind: each.kind,
      value,
      cut_off:
        known && isUnlimited(each.kind, known.cut_off, cutOff)
          ? 0
          : Math.max(known?.cut_off ?? 0, cutOff),
      expires_at: Math.max(known?.expires_at ?? 0, 'expiresAt' in each ? each.expiresAt : 0),
    })
  }
  return [...byName.values()]
}

/** Whether one of two entries of a client has no cut-off, which is kept as 0 and is later than any. */
function isUnlimited(kind: string, known: number, given: number): boolean {
  return kind === 'client' && (known === 0 || given === 0)
}

/** JSON of rows, as a parameter of a statement. `back` counts down to 0 in the last row. */
export function givenText(rows: readonly GivenRow[]): string {
  return JSON.stringify(rows.map((row, index) => ({ ...row, back: rows.length - 1 - index })))
}

/** Columns that {@link toEntry} reads, by name, so that a column added by a later release changes nothing. */
export const entryColumns = 'issuer, kind, value, cut_off, expires_at'

/** @throws TypeError for a row that is damaged, or of an unknown kind */
export function toEntry(row: SqlRow): RevocationEntry {
  return toRevocationEntry({
    issuer: textOf(row, 'issuer'),
    kind: textOf(row, 'kind'),
    value: textOf(row, 'value'),
    before: integerOf(row, 'cut_off'),
    expiresAt: integerOf(row, 'expires_at'),
  })
}
