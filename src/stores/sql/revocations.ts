import { randomBytes } from 'node:crypto'
import type {
  FeedRequest,
  RevocationEntry,
  RevocationName,
  RevocationStore,
} from '../../revocation/ports.js'
import { askStore } from '../../foundation/ask-store.js'
import type { SqlDatabase, SqlStatement } from './database.js'
import {
  feedDeadlineMs,
  followLine,
  lookText,
  type FeedLine,
  type Following,
} from './revocation-feed.js'
import { givenText, toEntry, toGiven } from './revocation-rows.js'
import type { Schema } from './migrate.js'
import { together } from './together.js'

/**
 * `value` is empty for `all`; `cut_off` is 0 where an entry has no `before`. The one row of places holds the highest that
 * was given: whoever takes some changes it and so holds it until its commit, which puts places in the order of commits.
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

/** What differs from database to database. */
export interface RevocationDialect {
  /** Something to select from: `given`, the rows of the JSON text in `$1`. */
  readonly given: string
  /** Whether the server that answers takes writes: 1 or 0. */
  readonly writable: string
  /** Ends a transaction that has added something: wakes those who follow. */
  readonly wake: readonly SqlStatement[]
  /** Adds entries written by `toGiven`, under places of their own, as one step. */
  add(database: SqlDatabase, given: string, count: number): Promise<void>
  /** A line of a feed's own. */
  openLine(database: SqlDatabase): Promise<FeedLine>
}

/** Of a statement that inserts: the later cut-off and expiry stand, at the new place when that changes anything. */
const merging = `
  ON CONFLICT (issuer, kind, value) DO UPDATE SET
    place = excluded.place,
    cut_off = CASE WHEN excluded.cut_off > jotgate_revocations.cut_off
      THEN excluded.cut_off ELSE jotgate_revocations.cut_off END,
    expires_at = CASE WHEN excluded.expires_at > jotgate_revocations.expires_at
      THEN excluded.expires_at ELSE jotgate_revocations.expires_at END
  WHERE excluded.cut_off > jotgate_revocations.cut_off
    OR excluded.expires_at > jotgate_revocations.expires_at`

/**
 * Input: $1 entries as JSON. Output: none. Needs the places taken before it, in the table or statement named `places`,
 * whose `last` is the place of the last entry.
 */
export function insertText(given: string, places: string, condition = 'TRUE'): string {
  return `
  INSERT INTO jotgate_revocations (place, issuer, kind, value, cut_off, expires_at)
  SELECT p.last - given.back, given.issuer, given.kind, given.value, given.cut_off, given.expires_at
  FROM ${given}, ${places} AS p WHERE ${condition} ${merging}`
}

/** Input: $1 how many. Output: none. */
export const takePlacesText = 'UPDATE jotgate_revocation_places SET last = last + $1'

const beginText = `
  INSERT INTO jotgate_revocation_epochs (issuer, epoch) VALUES ($1, $2) ON CONFLICT (issuer) DO NOTHING`
/** An epoch is drawn: who finds its own in the table has begun it. */
const ifBegun = (issuer: string, epoch: string): string =>
  `EXISTS (SELECT 1 FROM jotgate_revocation_epochs WHERE issuer = ${issuer} AND epoch = ${epoch})`
const takeOneText = `UPDATE jotgate_revocation_places SET last = last + 1 WHERE ${ifBegun('$1', '$2')}`

/** The place is looked at again: a row that has changed in the meantime has another, and stays. */
const sweepText = `
  DELETE FROM jotgate_revocations WHERE expires_at < $1 AND place IN (
    SELECT place FROM jotgate_revocations WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000
  ) RETURNING place`

/** Entries in one statement at most. */
const sliceSize = 1000

/** Revocations in an SQL database. */
export function sqlRevocations(database: SqlDatabase, dialect: RevocationDialect): RevocationStore {
  const findText = `
    SELECT r.issuer, r.kind, r.value, r.cut_off, r.expires_at FROM jotgate_revocations AS r
    JOIN ${dialect.given} ON r.issuer = given.issuer AND r.kind = given.kind AND r.value = given.value`
  // All that is added takes its places from one row, which is locked until the commit.
  const add = together(async (entries: readonly RevocationEntry[]) => {
    const { rows } = toGiven(entries)
    for (const slice of slices(rows)) {
      await dialect.add(database, givenText(slice), slice.length)
    }
  }, sliceSize)
  return {
    add,
    find: async (names: readonly RevocationName[]) => {
      const { rows } = toGiven(names)
      const found = []
      for (const slice of slices(rows))
        found.push(...(await database.query(findText, [givenText(slice)])))
      return found.map(toEntry)
    },
    open: async (request) => ({ ...(await open(database, dialect, request)), add }),
    sweep: async (before) => {
      let swept = 0
      for (;;) {
        const { length } = await database.query(sweepText, [before])
        swept += length
        if (length < sliceSize) return swept
      }
    },
  }
}

async function open(
  database: SqlDatabase,
  dialect: RevocationDialect,
  { whenNew, listener }: FeedRequest,
): Promise<Following> {
  const own = randomBytes(16).toString('base64url')
  const known = await database.query(epochText, [whenNew.issuer])
  if (known.length === 0) {
    const given = givenText(toGiven([whenNew]).rows)
    const { issuer } = whenNew
    const inserting = insertText(dialect.given, 'jotgate_revocation_places', ifBegun('$2', '$3'))
    const begin = database.batch.bind(database, [
      { text: beginText, params: [issuer, own] },
      { text: takeOneText, params: [issuer, own] },
      { text: inserting, params: [given, issuer, own] },
      ...dialect.wake,
    ])
    await askStore(feedDeadlineMs, begin)
  }
  const line = await dialect.openLine(database)
  const request = { own, issuer: whenNew.issuer, listener, lookText: lookText(dialect.writable) }
  try {
    return await followLine(line, request)
  } catch (error) {
    line.end()
    throw error
  }
}

const epochText = 'SELECT epoch FROM jotgate_revocation_epochs WHERE issuer = $1'

function* slices<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += sliceSize) yield all.slice(at, at + sliceSize)
}
