import type { RevocationEntry, RevocationStore } from '../../revocation/ports.js'
import { integerOf, textOf, type SqlDatabase, type SqlRow } from './database.js'
import type { Schema } from './migrate.js'

/** `value` is empty for `all`; `cut_off` is 0 where an entry has no `before`. */
export const revocationsSchema: Schema = {
  part: 'revocations',
  versions: [
    [
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
  ],
}

/**
 * Input: $1 issuer, $2 kind, $3 value, $4 cut-off, $5 expiry. Output: none. The later cut-off and expiry stand, at a new
 * place when that changes anything. Places are given in the order of commits because SQLite has one writer at a time.
 */
const addText = `
  INSERT INTO jotgate_revocations (place, issuer, kind, value, cut_off, expires_at)
  VALUES ((SELECT COALESCE(MAX(place), 0) + 1 FROM jotgate_revocations), $1, $2, $3, $4, $5)
  ON CONFLICT (issuer, kind, value) DO UPDATE SET
    place = excluded.place,
    cut_off = CASE WHEN excluded.cut_off > jotgate_revocations.cut_off
      THEN excluded.cut_off ELSE jotgate_revocations.cut_off END,
    expires_at = CASE WHEN excluded.expires_at > jotgate_revocations.expires_at
      THEN excluded.expires_at ELSE jotgate_revocations.expires_at END
  WHERE excluded.cut_off > jotgate_revocations.cut_off
    OR excluded.expires_at > jotgate_revocations.expires_at`
const lastText = 'SELECT COALESCE(MAX(place), 0) AS last FROM jotgate_revocations'
const readText = `
  SELECT * FROM jotgate_revocations WHERE place > $1 AND expires_at > $2 ORDER BY place`
/** The newest row stays: places must go on growing, or a reader would miss the next ones. */
const sweepText = `
  DELETE FROM jotgate_revocations
  WHERE expires_at < $1 AND place < (SELECT MAX(place) FROM jotgate_revocations) RETURNING place`

/** Revocations in an SQL database. */
export function sqlRevocations({ query }: Pick<SqlDatabase, 'query'>): RevocationStore {
  return {
    add: async (entry: RevocationEntry) => {
      const value = 'value' in entry ? entry.value : ''
      const cutOff = 'before' in entry ? entry.before : 0
      await query(addText, [entry.issuer, entry.kind, value, cutOff, entry.expiresAt])
    },
    read: async (after: number, now: number) => {
      // Asked first: what is added in between is then read, and never passed over.
      const [row] = await query(lastText)
      const rows = await query(readText, [after, now])
      return {
        last: row === undefined ? 0 : integerOf(row, 'last'),
        entries: rows.map((each) => ({ position: integerOf(each, 'place'), entry: toEntry(each) })),
      }
    },
    sweep: async (before: number) => (await query(sweepText, [before])).length,
  }
}

function toEntry(row: SqlRow): RevocationEntry {
  const kind = textOf(row, 'kind')
  const value = textOf(row, 'value')
  const before = integerOf(row, 'cut_off')
  const times = { issuer: textOf(row, 'issuer'), expiresAt: integerOf(row, 'expires_at') }
  switch (kind) {
    case 'jti':
    case 'sid':
    case 'client':
      return { ...times, kind, value }
    case 'sub':
      return { ...times, kind, value, before }
    case 'all':
      return { ...times, kind, before }
    default:
      // A kind that this version does not know refuses something: passing over it would let that through.
      throw new TypeError('the column "kind" holds a kind of revocation that is not known here')
  }
}
