import { personalNames, type AuditRow, type PersonalField } from './audit-row.js'
import { commitmentsOf } from './check-values.js'

/** A party as it is shown: its name may be erased, or was never known. */
export interface ShownParty {
  readonly kind: 'user' | 'client' | 'command' | 'service'
  readonly id: string
  readonly name?: string
}

/** A row as HTTP, exports and commands show it: without salts and commitments. Time in Unix seconds. */
export interface ShownRow {
  readonly chain: string
  readonly seq: number
  readonly mac: string
  readonly id: string
  readonly at: number
  readonly kind: string
  readonly result: 'done' | 'refused'
  readonly reason?: string
  readonly actor: ShownParty
  readonly subject?: ShownParty
  readonly client?: string
  readonly sid?: string
  readonly address?: string
  readonly userAgent?: string
  readonly details?: unknown
  readonly erased: PersonalField[]
}

/** @example showRow(row).erased // ['actorName', 'address', 'userAgent'] */
export function showRow(row: AuditRow): ShownRow {
  const commitments = commitmentsOf(row)
  const { chain, seq, mac, id, kind, reason, client, sid, address, userAgent } = row
  const isOwn = row.subjectKind === row.actorKind && row.subject === row.actor
  const subject = party({ kind: row.subjectKind, id: row.subject, name: row.subjectName })
  return {
    ...{ chain, seq, mac, id, at: row.at / 1000, kind },
    result: row.result === 'done' ? 'done' : 'refused',
    ...(reason === null ? {} : { reason }),
    actor: party({ kind: row.actorKind, id: row.actor, name: row.actorName }),
    ...(isOwn ? {} : { subject }),
    ...(client === null ? {} : { client }),
    ...(sid === null ? {} : { sid }),
    ...(address === null ? {} : { address }),
    ...(userAgent === null ? {} : { userAgent }),
    ...(row.details === null ? {} : { details: read(row.details) }),
    erased: personalNames.filter((field) => field in commitments && row[field] === null),
  }
}

function party(given: {
  readonly kind: string
  readonly id: string
  readonly name: string | null
}): ShownParty {
  const { id, name } = given
  const kind = kinds.find((each) => each === given.kind) ?? 'service'
  return { kind, id, ...(name === null ? {} : { name }) }
}

const kinds = ['user', 'client', 'command', 'service'] as const

/** A changed row may hold any text. */
function read(details: string): unknown {
  try {
    return JSON.parse(details) as unknown
  } catch {
    return { unreadable: true }
  }
}
