import { randomBytes } from 'node:crypto'
import type { RecordedEvent, ServiceEvent } from '../events/event.js'
import type { AuditRow, PersonalField } from './audit-row.js'

/** What a row of the audit log says, before it has a place in a chain. */
export interface Entry extends Omit<
  AuditRow,
  | 'chain'
  | 'seq'
  | 'mac'
  | 'commitments'
  | 'actorSalt'
  | 'subjectSalt'
  | 'placeSalt'
  | PersonalField
> {
  readonly personal: Readonly<Record<PersonalField, string | null>>
}

/** Characters of a text and of all details; callers choose some of them. */
const most = { text: 256, details: 16_384 } as const

/**
 * The entry of an event. Texts are cut to their limits, and what a database cannot store is replaced, so that a row reads
 * back as it was chained.
 */
export function toEntry(event: RecordedEvent): Entry {
  const { actor, subject = actor, from } = event
  const isOwn = subject.kind === actor.kind && subject.id === actor.id
  return {
    id: clean(event.id),
    at: Math.round(event.at * 1000),
    kind: event.kind,
    result: event.result,
    reason: cleanMaybe(event.reason),
    actorKind: actor.kind,
    actor: clean(actor.id),
    subjectKind: subject.kind,
    subject: clean(subject.id),
    client: cleanMaybe(event.client),
    sid: cleanMaybe(event.sid),
    details: event.details === undefined ? null : detailsText(event.details),
    personal: {
      actorName: cleanMaybe(actor.name),
      address: cleanMaybe(from?.address),
      userAgent: cleanMaybe(from?.userAgent),
      subjectName: isOwn ? null : cleanMaybe(subject.name),
    },
  }
}

/** An entry that the audit log makes itself. */
export function ownEntry(event: ServiceEvent): Entry {
  return toEntry({ ...event, id: newId(), at: Date.now() / 1000 })
}

/** A random id of a chain or a row. */
export function newId(): string {
  return randomBytes(12).toString('base64url')
}

function detailsText(details: NonNullable<ServiceEvent['details']>): string {
  const text = JSON.stringify(details)
  return text.length > most.details ? '{"tooLong":true}' : clean(text, most.details)
}

function cleanMaybe(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : clean(text)
}

/** UTF-8 has no half of a surrogate pair, and PostgreSQL no NUL. */
function clean(text: string, limit: number = most.text): string {
  return Buffer.from(text.slice(0, limit), 'utf8').toString('utf8').replaceAll('\0', '\uFFFD')
}
