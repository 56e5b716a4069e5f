import { createHash, createHmac } from 'node:crypto'
import type { SqlRow } from 'jotgate/stores/sqlite'
import { z } from 'zod'

/** One row of the audit log, as it is stored. `at` is in Unix milliseconds; null where the event has no such part. */
export type AuditRow = z.infer<typeof stored>

/** Stands for a value that is no text: a SQLite file can hold bytes in any column. Its row does not verify. */
export const unreadable = '\uFFFD'

const text = z.string().catch(unreadable)
const maybe = z.string().nullable().catch(unreadable)

const stored = z.object({
  chain: text,
  /** The place in the chain, from 1. */
  seq: z.coerce.number(),
  /** HMAC-SHA-256 in base64url: see {@link macOf}. */
  mac: text,
  id: text,
  at: z.coerce.number(),
  kind: text,
  result: text,
  reason: maybe,
  actorKind: text,
  actor: text,
  /** The actor again when the event is about no other party. */
  subjectKind: text,
  subject: text,
  client: maybe,
  sid: maybe,
  /** A JSON object. */
  details: maybe,
  /** A JSON object: personal field to commitment. */
  commitments: maybe,
  actorName: maybe,
  actorSalt: maybe,
  subjectName: maybe,
  subjectSalt: maybe,
  address: maybe,
  userAgent: maybe,
  placeSalt: maybe,
})

/** The members of a row, in the order of their columns. */
export const members = stored.keyof().options

const columnOf = (member: string): string =>
  member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The columns of a row for an INSERT. */
export const insertColumns = members.map(columnOf).join(', ')

/** The columns of a row for a SELECT that {@link readRow} reads. */
export const selectColumns = members.map((each) => `${columnOf(each)} AS "${each}"`).join(', ')

/** The condition for rows that have a place and a time: others have none in any order, and no row of the log is like that. */
export const isPlaced = `CAST(chain AS TEXT) = chain AND seq BETWEEN ${String(Number.MIN_SAFE_INTEGER)} AND
  ${String(Number.MAX_SAFE_INTEGER)} AND at BETWEEN ${String(Number.MIN_SAFE_INTEGER)} AND ${String(Number.MAX_SAFE_INTEGER)}`

/** Reads a row that {@link isPlaced}; what it holds besides may be {@link unreadable}. */
export function readRow(row: SqlRow): AuditRow {
  return stored.parse(row)
}

/** The personal values of a row, each with its salt: {@link ownerOf} says whose they are. */
export const personalFields = {
  actorName: 'actorSalt',
  subjectName: 'subjectSalt',
  address: 'placeSalt',
  userAgent: 'placeSalt',
} as const satisfies Partial<Record<keyof AuditRow, keyof AuditRow>>

/** One of {@link personalFields}. */
export type PersonalField = keyof typeof personalFields

/** The names of {@link personalFields}. */
export const personalNames = Object.keys(personalFields) as readonly PersonalField[] // its own keys

/**
 * The id of the party whose personal value a field has: `erase` of it deletes the value. The address of a request on which the
 * service acted by itself is that of the subject.
 */
export function ownerOf(
  field: PersonalField,
  { actorKind, actor, subject }: Pick<AuditRow, 'actorKind' | 'actor' | 'subject'>,
): string {
  if (field === 'subjectName') return subject
  return field !== 'actorName' && actorKind === 'service' ? subject : actor
}

/** A personal value and where it stands. */
export interface Committed {
  readonly chain: string
  readonly seq: number
  readonly field: PersonalField
  readonly salt: string
  readonly value: string
}

/** SHA-256 over salt and value, different for each field of each row. */
export function commitmentOf({ chain, seq, field, salt, value }: Committed): string {
  const whole = JSON.stringify(['jotgate audit value 1', chain, seq, field, salt, value])
  return createHash('sha256').update(whole).digest('base64url')
}

/** The members under the MAC, in this order; personal values are there as commitments. */
const chained = [
  ...['id', 'at', 'kind', 'result', 'reason', 'actorKind', 'actor', 'subjectKind', 'subject'],
  ...['client', 'sid', 'details', 'commitments'],
] as const satisfies readonly (keyof AuditRow)[]

/**
 * HMAC-SHA-256 over the row, its place and the MAC of the row before, in base64url. A JSON array of fixed length can be read
 * in one way only.
 */
export function macOf(row: Omit<AuditRow, 'mac'>, prev: string, key: Uint8Array): string {
  const whole = ['jotgate audit row 1', row.chain, row.seq, prev, ...chained.map((of) => row[of])]
  return createHmac('sha256', key).update(JSON.stringify(whole)).digest('base64url')
}
