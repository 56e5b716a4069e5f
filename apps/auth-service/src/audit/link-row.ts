import { randomBytes } from 'node:crypto'
import {
  commitmentOf,
  macOf,
  personalFields,
  personalNames,
  type AuditRow,
  type PersonalField,
} from './audit-row.js'
import type { Entry } from './entry.js'

/** Where a row goes: behind the row with the MAC `prev`. */
export interface Link {
  readonly chain: string
  readonly seq: number
  readonly prev: string
  readonly key: Uint8Array
}

/**
 * The row of an entry at its place in a chain. Each personal value is replaced in the chain by a commitment with a random salt.
 *
 * @example const row = linkRow(entry, { chain, seq: 8, prev: row7.mac, key })
 */
export function linkRow(entry: Entry, { chain, seq, prev, key }: Link): AuditRow {
  const { personal, ...open } = entry
  const salts: Salts = { actorSalt: null, subjectSalt: null, placeSalt: null }
  const commitments: Partial<Record<PersonalField, string>> = {}
  for (const field of personalNames) {
    const value = personal[field]
    if (value === null) continue
    const salt = (salts[personalFields[field]] ??= newSalt())
    commitments[field] = commitmentOf({ chain, seq, field, salt, value })
  }
  const row = {
    ...{ ...open, ...personal, ...salts, chain, seq },
    commitments: Object.keys(commitments).length === 0 ? null : JSON.stringify(commitments),
  }
  return { ...row, mac: macOf(row, prev, key) }
}

type Salts = Record<(typeof personalFields)[PersonalField], string | null>

/** 128 random bits: without them a commitment to an address could be guessed. */
function newSalt(): string {
  return randomBytes(16).toString('base64url')
}
