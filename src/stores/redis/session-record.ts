import {
  detailsText,
  type StoredSession,
  type SessionDetails,
  type SessionMeta,
  type RotateKind,
} from '../../session/ports.js'
import { sessionFields } from './session-scripts.js'
import type { RedisReply } from './port.js'
import { textsOf } from './reply.js'

type Field = (typeof sessionFields)[number]

/** A session as alternating fields and values, as HSET takes them. */
export function toFields(session: StoredSession): readonly string[] {
  const { audience, meta, details, endedAt, revocationDue, ...rest } = session
  const fields = {
    ...rest,
    audience: JSON.stringify(audience),
    meta: JSON.stringify(meta),
    ...(details === undefined ? {} : { details: detailsText(details) }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(revocationDue === undefined ? {} : { revocationDue: 1 }),
  } satisfies Partial<Record<Field, string | number>>
  return Object.entries(fields).flatMap(([name, value]) => [name, String(value)])
}

/**
 * Reads a session from a list of its values, in the order of `sessionFields`; undefined when there is none.
 *
 * @throws TypeError when a value is missing or invalid, and for the format of a later release
 */
export function toSession(reply: RedisReply): StoredSession | undefined {
  if (reply === null) return undefined
  const values = textsOf(reply)
  if (values.every((value) => value === null)) return undefined
  if (values[sessionFields.indexOf('format')] !== null)
    throw new TypeError('the session has a format that this release cannot read')
  const text = (name: Field): string => {
    const value = values[sessionFields.indexOf(name)]
    if (typeof value === 'string') return value
    throw new TypeError(`the field "${name}" is missing`)
  }
  const integer = (name: Field): number => {
    const number = Number(text(name))
    if (Number.isSafeInteger(number)) return number
    throw new TypeError(`the field "${name}" is not a whole number`)
  }
  return {
    id: text('id'),
    sid: text('sid'),
    subject: text('subject'),
    client: text('client'),
    scope: text('scope'),
    audience: JSON.parse(text('audience')) as readonly string[], // written by toFields
    generation: integer('generation'),
    parent: integer('parent'),
    createdAt: integer('createdAt'),
    rotatedAt: integer('rotatedAt'),
    absoluteExpiry: integer('absoluteExpiry'),
    idleExpiry: integer('idleExpiry'),
    ...(values[sessionFields.indexOf('endedAt')] === null ? {} : { endedAt: integer('endedAt') }),
    ...(values[sessionFields.indexOf('revocationDue')] === null ? {} : { revocationDue: true }),
    meta: JSON.parse(text('meta')) as SessionMeta, // written by toFields
    ...(values[sessionFields.indexOf('details')] === null
      ? {}
      : { details: JSON.parse(text('details')) as SessionDetails }), // written by toFields
  }
}

type Outcome = Exclude<RotateKind, 'unknown'>

const outcomes: Readonly<Record<Outcome, true>> = {
  rotated: true,
  replayed: true,
  recovered: true,
  reused: true,
  superseded: true,
  rolledBack: true,
  ended: true,
  expired: true,
  otherClient: true,
}

/** @throws TypeError when a script returned something that is not an outcome of a rotation */
export function toOutcome(reply: RedisReply | undefined): Outcome {
  if (typeof reply === 'string' && Object.hasOwn(outcomes, reply)) return reply as Outcome // a key of the table
  throw new TypeError('the script returned no outcome')
}
