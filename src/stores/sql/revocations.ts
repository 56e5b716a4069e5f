import { randomBytes } from 'node:crypto'
import type {
  FeedRequest,
  RevocationEntry,
  RevocationName,
  RevocationStore,
  StoreAnswer,
} from '../../revocation/ports.js'
import { askStore } from '../../foundation/ask-store.js'
import type { SqlDatabase, SqlRow, SqlStatement } from './database.js'
import {
  epochOf,
  feedDeadlineMs,
  followLine,
  pollText,
  type FeedLine,
  type ReadOnlyFeed,
} from './revocation-feed.js'
import { givenRows, givenText, toEntry } from './revocation-rows.js'
import type { Schema } from './migrate.js'
import { together } from './together.js'

/**
 * `value` is empty for `all`; `cut_off` is 0 for an entry without `before`. `place` is the position in the feed. The single
 * row of `jotgate_revocation_places` holds the last position: a transaction that takes positions locks this row until its
 * commit, so that positions are in the order of commits.
 */
export const revocationsSchema: Schema = {
  part: 'revocations',
  versions: [
    {
      adds: 'Revocations, each with the place at which it was written.',
      statements: [
        `CREATE TABLE jotgate_revocations (
          place BIGINT NOT NULL UNIQUE,
          issuer TEXT NOT NULL,
          kind TEXT NOT NULL,
          value TEXT NOT NULL,
          cut_off BIGINT NOT NULL,
          expires_at BIGINT NOT NULL,
          PRIMARY KEY (issuer, kind, value)
        )`,
        'CREATE INDEX jotgate_revocations_expiry ON jotgate_revocations (expires_at)',
      ],
    },
    {
      adds: 'The row that hands out places in the order of commits, and the epochs that show followers a database put back.',
      statements: [
        `CREATE TABLE jotgate_revocation_places (
          id BIGINT PRIMARY KEY CHECK (id = 1),
          last BIGINT NOT NULL
        )`,
        `INSERT INTO jotgate_revocation_places (id, last)
          SELECT 1, COALESCE(MAX(place), 0) FROM jotgate_revocations`,
        'CREATE TABLE jotgate_revocation_epochs (issuer TEXT PRIMARY KEY, epoch TEXT NOT NULL)',
      ],
    },
  ],
}

/** What differs between the databases. */
export interface RevocationDialect {
  /** A FROM item named `given`: the rows of the JSON in `$1`. */
  readonly given: string
  /** An expression: 1 if the server accepts writes, otherwise 0. */
  readonly writable: string
  /** Checks beyond a statement that answers are about the present store; a feed's line makes the same. @throws AuthError */
  readonly check?: (database: SqlDatabase) => Promise<void>
  /** A statement: the server's clock in milliseconds as `clock`. Undefined for a database in this process. */
  readonly clock?: string
  /** Last statements of a transaction that has added entries: they wake the feeds. */
  readonly wake: readonly SqlStatement[]
  /** Adds `count` entries, given as JSON, at new positions, in one transaction. */
  add(database: SqlDatabase, given: string, count: number): Promise<void>
  /** Opens the connection of one feed. */
  openLine(database: SqlDatabase): Promise<FeedLine>
}

/** A client's entry without a cut-off is later than any with one. */
const laterCutOff = `CASE WHEN excluded.kind = 'client' AND (excluded.cut_off = 0 OR jotgate_revocations.cut_off = 0) THEN 0
      WHEN excluded.cut_off > jotgate_revocations.cut_off THEN excluded.cut_off ELSE jotgate_revocations.cut_off END`

/** End of an INSERT: keeps the later cut-off and expiry, and moves the entry to the new position if that changes anything. */
const merging = `
  ON CONFLICT (issuer, kind, value) DO UPDATE SET
    place = excluded.place,
    cut_off = ${laterCutOff},
    expires_at = CASE WHEN excluded.expires_at > jotgate_revocations.expires_at
      THEN excluded.expires_at ELSE jotgate_revocations.expires_at END
  WHERE ${laterCutOff} <> jotgate_revocations.cut_off
    OR excluded.expires_at > jotgate_revocations.expires_at`

/**
 * Input: $1 entries as JSON. Output: none. The positions must have been taken before: `last` of the table or statement named
 * `places` is the position of the last entry.
 */
export function insertText(given: string, places: string, condition = 'TRUE'): string {
  return `
  INSERT INTO jotgate_revocations (place, issuer, kind, value, cut_off, expires_at)
  SELECT p.last - given.back, given.issuer, given.kind, given.value, given.cut_off, given.expires_at
  FROM ${given}, ${places} AS p WHERE ${condition} ${merging}`
}

/** Input: $1 number of positions to take. Output: none. */
export const takePlacesText = 'UPDATE jotgate_revocation_places SET last = last + $1'

/** Input: $1 names as JSON, $2 issuer. Output: `epoch` and `writable` in every row, with one entry each, or one row without. */
function askText({ given, writable }: RevocationDialect): string {
  return `
  SELECT e.epoch AS epoch, ${writable} AS writable, r.issuer AS issuer, r.kind AS kind, r.value AS value,
    r.cut_off AS cut_off, r.expires_at AS expires_at
  FROM jotgate_revocation_epochs AS e
  LEFT JOIN (
    SELECT k.issuer, k.kind, k.value, k.cut_off, k.expires_at FROM jotgate_revocations AS k
    JOIN ${given} ON k.issuer = given.issuer AND k.kind = given.kind AND k.value = given.value
  ) AS r ON TRUE
  WHERE e.issuer = $2`
}

function readAnswer(rows: readonly SqlRow[]): StoreAnswer {
  const epoch = epochOf(rows)
  return { epoch, entries: rows.filter(({ kind }) => kind !== null).map(toEntry) }
}

const proposeText = `
  INSERT INTO jotgate_revocation_epochs (issuer, epoch) VALUES ($1, $2) ON CONFLICT (issuer) DO NOTHING`
/** Each process proposes a random epoch: the one whose epoch is in the table has created it. */
const ifAccepted = (issuer: string, epoch: string): string =>
  `EXISTS (SELECT 1 FROM jotgate_revocation_epochs WHERE issuer = ${issuer} AND epoch = ${epoch})`
const takeOneText = `UPDATE jotgate_revocation_places SET last = last + 1 WHERE ${ifAccepted('$1', '$2')}`

/** Compares `place` again: an entry that was extended in the meantime has another one, and stays. */
const sweepText = `
  DELETE FROM jotgate_revocations WHERE expires_at < $1 AND place IN (
    SELECT place FROM jotgate_revocations WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000
  ) RETURNING place`

/** Largest number of entries in one statement. */
const batchSize = 1000

/** Revocations in an SQL database. */
export function sqlRevocations(database: SqlDatabase, dialect: RevocationDialect): RevocationStore {
  const findText = `
    SELECT r.issuer, r.kind, r.value, r.cut_off, r.expires_at FROM jotgate_revocations AS r
    JOIN ${dialect.given} ON r.issuer = given.issuer AND r.kind = given.kind AND r.value = given.value`
  // Every addition locks the row of positions until its commit, so concurrent calls are combined.
  const question = askText(dialect)
  const add = together(async (entries: readonly RevocationEntry[]) => {
    for (const batch of batches(givenRows(entries)))
      await dialect.add(database, givenText(batch), batch.length)
  }, batchSize)
  return {
    add,
    find: async (names: readonly RevocationName[]) => {
      const found = []
      for (const batch of batches(givenRows(names)))
        found.push(...(await database.query(findText, [givenText(batch)])))
      return found.map(toEntry)
    },
    ask: async ({ issuer, names }) => {
      await dialect.check?.(database)
      const rows = await database.query(question, [givenText(givenRows(names)), issuer])
      return readAnswer(rows)
    },
    open: async (request) => ({ ...(await open(database, dialect, request)), add }),
    sweep: async (before) => {
      let swept = 0
      for (;;) {
        const { length } = await database.query(sweepText, [before])
        swept += length
        if (length < batchSize) return swept
      }
    },
  }
}

async function open(
  database: SqlDatabase,
  dialect: RevocationDialect,
  { firstEntry, listener }: FeedRequest,
): Promise<ReadOnlyFeed> {
  const proposedEpoch = randomBytes(16).toString('base64url')
  const known = await database.query(epochText, [firstEntry.issuer])
  if (known.length === 0) {
    const given = givenText(givenRows([firstEntry]))
    const { issuer } = firstEntry
    const inserting = insertText(dialect.given, 'jotgate_revocation_places', ifAccepted('$2', '$3'))
    const propose = database.batch.bind(database, [
      { text: proposeText, params: [issuer, proposedEpoch] },
      { text: takeOneText, params: [issuer, proposedEpoch] },
      { text: inserting, params: [given, issuer, proposedEpoch] },
      ...dialect.wake,
    ])
    await askStore(feedDeadlineMs, propose)
  }
  const line = await dialect.openLine(database)
  const request = {
    ...{ proposedEpoch, issuer: firstEntry.issuer, listener },
    pollText: pollText(dialect.writable),
  }
  try {
    return await followLine(line, request)
  } catch (error) {
    line.end()
    throw error
  }
}

const epochText = 'SELECT epoch FROM jotgate_revocation_epochs WHERE issuer = $1'

function* batches<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += batchSize) yield all.slice(at, at + batchSize)
}
