import {
  detailsText,
  type DueRequest,
  type EndAllRequest,
  type ReplaceRequest,
  type SessionDetails,
  type StoredSession,
  type SessionMeta,
  type SessionPage,
  type SessionStore,
  type RotateKind,
  type RotateRequest,
} from '../../session/ports.js'
import { integerOf, textOf, unlessLate, type SqlDatabase, type SqlRow } from './database.js'
import type { Schema } from './migrate.js'
import { rotateText } from './rotate.js'
import { sessionColumns as columns } from './session-columns.js'
import { sqlSweep } from './session-sweep.js'

/** `outcome` is the outcome of the last rotation: the only way to return it from one UPDATE in every dialect. */
export const sessionsSchema: Schema = {
  part: 'families',
  versions: [
    {
      adds: 'Sessions, each with the counter of its refresh tokens.',
      statements: [
        `CREATE TABLE jotgate_families (
          id TEXT PRIMARY KEY,
          sid TEXT NOT NULL UNIQUE,
          subject TEXT NOT NULL,
          client TEXT NOT NULL,
          scope TEXT NOT NULL,
          audience TEXT NOT NULL,
          generation BIGINT NOT NULL,
          parent BIGINT NOT NULL,
          created_at BIGINT NOT NULL,
          rotated_at BIGINT NOT NULL,
          absolute_expiry BIGINT NOT NULL,
          idle_expiry BIGINT NOT NULL,
          ended_at BIGINT,
          meta TEXT NOT NULL,
          outcome TEXT
        )`,
        'CREATE INDEX jotgate_families_subject ON jotgate_families (subject) WHERE ended_at IS NULL',
        'CREATE INDEX jotgate_families_expiry ON jotgate_families (absolute_expiry)',
      ],
    },
    {
      adds: 'A mark on ended sessions whose access tokens may still be valid: any process has them refused.',
      statements: [
        'ALTER TABLE jotgate_families ADD COLUMN revocation_due BIGINT',
        'CREATE INDEX jotgate_families_due ON jotgate_families (ended_at) WHERE revocation_due IS NOT NULL',
      ],
    },
  ],
}

const createText = `
  INSERT INTO jotgate_families (${columns}, sweep_at)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, $14, $15, $12 WHERE TRUE ${unlessLate}
  ON CONFLICT DO NOTHING RETURNING id`
const findText = `SELECT ${columns} FROM jotgate_families WHERE id = $1`
const findBySidText = `SELECT ${columns} FROM jotgate_families WHERE sid = $1`
const endText = `
  UPDATE jotgate_families SET ended_at = COALESCE(ended_at, $2),
    revocation_due = CASE WHEN ended_at IS NULL THEN 1 ELSE revocation_due END
  WHERE id = $1 ${unlessLate}
  RETURNING ${columns}`
const replaceText = `
  UPDATE jotgate_families SET details = $4, generation = $5, parent = $6, rotated_at = $7, idle_expiry = $8
  WHERE id = $1 AND generation = $2 AND COALESCE(details, '') = $3 AND ended_at IS NULL ${unlessLate}
  RETURNING id`
const endAllText = `
  UPDATE jotgate_families SET ended_at = $2, revocation_due = 1
  WHERE subject = $1 AND ended_at IS NULL AND id <> $3 ${unlessLate} RETURNING ${columns}`
const listText = (bytewise: string): string => `
  SELECT ${columns} FROM jotgate_families
  WHERE subject = $1 AND ended_at IS NULL AND absolute_expiry > $2 AND idle_expiry > $2
    AND (created_at < $3 OR (created_at = $3 AND sid > $4 ${bytewise}))
  ORDER BY created_at DESC, sid ${bytewise} LIMIT $5`
/** Before the first one, and more than there are. */
const [beginning, unlimited] = [{ createdAt: Number.MAX_SAFE_INTEGER, sid: '' }, 1_000_000_000]
const dueText = `
  SELECT ${columns} FROM jotgate_families
  WHERE revocation_due IS NOT NULL AND ($2 = '' OR subject = $2) ORDER BY ended_at LIMIT $1`
/** For a fixed number of ids, because connections keep every text prepared. */
const settleText = (count: number): string => {
  const ids = Array.from({ length: count }, (_, index) => `$${String(index + 1)}`)
  return `UPDATE jotgate_families SET revocation_due = NULL WHERE id IN (${ids.join(', ')})`
}
const settledAtOnce = 32

/** What differs between databases. */
export interface SessionDialect {
  /** Behind an expression: compares text by its bytes, whatever the locale of the database. */
  readonly bytewise: string
}

/** Sessions in an SQL database; every method is one statement. */
export function sqlSessions(
  { query }: Pick<SqlDatabase, 'query'>,
  { bytewise }: SessionDialect,
): SessionStore {
  const listed = listText(bytewise)
  const one = oneBy(query)
  return {
    create: async (session: StoredSession) => {
      const rows = await query(createText, toParams(session))
      if (rows.length === 0) throw new Error('the session exists already')
    },
    find: (id: string) => one(findText, [id]),
    findBySid: (sid: string) => one(findBySidText, [sid]),
    rotate: async (request: RotateRequest) => {
      const { id, now, client, presented, grace, recoverWithin, idleTtl } = request
      const params = [id, now, client, presented, grace, recoverWithin, idleTtl]
      const [row] = await query(rotateText, params)
      return row === undefined
        ? { kind: 'unknown' }
        : { kind: toOutcome(textOf(row, 'outcome')), session: toSession(row) }
    },
    end: (id: string, now: number) => one(endText, [id, now]),
    endAll: async ({ subject, now, except = '' }: EndAllRequest) =>
      (await query(endAllText, [subject, now, except])).map(toSession),
    list: async (subject: string, now: number, page: SessionPage = {}) => {
      const { after: { createdAt, sid } = beginning, limit = unlimited } = page
      return (await query(listed, [subject, now, createdAt, sid, limit])).map(toSession)
    },
    due: async ({ limit, subject = '' }: DueRequest) =>
      (await query(dueText, [limit, subject])).flatMap(toReadable),
    settle: (ids: readonly string[]) => settle(query, ids),
    replace: (request: ReplaceRequest) => replace(query, request),
    ...sqlSweep(query),
  }
}

/** Finds or changes at most one session. */
function oneBy(query: SqlDatabase['query']) {
  return async (text: string, params: (string | number)[]): Promise<StoredSession | undefined> => {
    const [row] = await query(text, params)
    return row && toSession(row)
  }
}

async function replace(
  query: SqlDatabase['query'],
  { was, becomes }: ReplaceRequest,
): Promise<boolean> {
  const { details, generation, parent, rotatedAt, idleExpiry } = becomes
  const after = [detailsText(details), generation, parent, rotatedAt, idleExpiry]
  const params = [was.id, was.generation, detailsText(was.details), ...after]
  return (await query(replaceText, params)).length > 0
}

async function settle(query: SqlDatabase['query'], ids: readonly string[]): Promise<void> {
  for (let first = 0; first < ids.length; first += settledAtOnce) {
    const some = ids.slice(first, first + settledAtOnce)
    if (some.length === 1) await query(settleText(1), some)
    else await query(settleText(settledAtOnce), filled(some))
  }
}

/** The same ids, the last one repeated. */
function filled(ids: readonly string[]): string[] {
  return Array.from({ length: settledAtOnce }, (_, index) => ids[index] ?? ids.at(-1) ?? '')
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

function toOutcome(text: string): Outcome {
  if (Object.hasOwn(outcomes, text)) return text as Outcome // a key of the table
  throw new TypeError('the column "outcome" is not an outcome')
}

function toParams(session: StoredSession): (string | number | null)[] {
  return [
    session.id,
    session.sid,
    session.subject,
    session.client,
    session.scope,
    JSON.stringify(session.audience),
    session.generation,
    session.parent,
    session.createdAt,
    session.rotatedAt,
    session.absoluteExpiry,
    session.idleExpiry,
    session.endedAt ?? null,
    JSON.stringify(session.meta),
    detailsText(session.details) || null,
  ]
}

function toReadable(row: SqlRow): StoredSession[] {
  try {
    return [toSession(row)]
  } catch {
    return []
  }
}

function toSession(row: SqlRow): StoredSession {
  return {
    id: textOf(row, 'id'),
    sid: textOf(row, 'sid'),
    subject: textOf(row, 'subject'),
    client: textOf(row, 'client'),
    scope: textOf(row, 'scope'),
    audience: JSON.parse(textOf(row, 'audience')) as readonly string[], // written by toParams
    generation: integerOf(row, 'generation'),
    parent: integerOf(row, 'parent'),
    createdAt: integerOf(row, 'created_at'),
    rotatedAt: integerOf(row, 'rotated_at'),
    absoluteExpiry: integerOf(row, 'absolute_expiry'),
    idleExpiry: integerOf(row, 'idle_expiry'),
    ...(row['ended_at'] === null ? {} : { endedAt: integerOf(row, 'ended_at') }),
    ...(row['revocation_due'] === null ? {} : { revocationDue: true }),
    meta: JSON.parse(textOf(row, 'meta')) as SessionMeta, // written by toParams
    ...(row['details'] === null
      ? {}
      : { details: JSON.parse(textOf(row, 'details')) as SessionDetails }), // written by toParams
  }
}
