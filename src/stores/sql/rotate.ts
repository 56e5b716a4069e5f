import { unlessLate } from './database.js'
import { sessionColumns } from './session-columns.js'

/**
 * One refresh, in one statement.
 *
 * Input:  $1 session id, $2 now, $3 client, $4 generation presented, $5 grace, $6 recoverWithin, $7 idleTtl (seconds)
 * Output: the session after it, and `outcome`; no row when there is no such session.
 *
 * The row is read and written under one lock. In every dialect, expressions to the right of `=` see the row as it was
 * before. All of them name only columns of the updated table: in PostgreSQL a joined copy of the row would still be the
 * old one after waiting for another rotation.
 */
const outcome = `CASE
    WHEN ended_at IS NOT NULL AND $4 <= generation THEN 'ended'
    WHEN $2 >= absolute_expiry OR $2 >= idle_expiry THEN 'expired'
    WHEN $3 <> client THEN 'otherClient'
    WHEN $4 > generation THEN 'rolledBack'
    WHEN $4 = generation AND parent >= 0 AND $2 - rotated_at BETWEEN -60 AND $5 AND $5 > 0 THEN 'replayed'
    WHEN $4 = generation THEN 'rotated'
    WHEN parent < -1 AND $4 > generation + parent AND ($2 - rotated_at <= $6 OR $2 - rotated_at <= $5) THEN 'superseded'
    WHEN $4 <> parent THEN 'reused'
    WHEN $2 - rotated_at < -60 THEN 'recovered'
    WHEN $2 - rotated_at <= $5 THEN 'replayed'
    WHEN $2 - rotated_at <= $6 THEN 'recovered'
    ELSE 'reused'
  END`
const moves = `${outcome} IN ('rotated', 'recovered')`
const ends = `${outcome} IN ('reused', 'rolledBack')`
const idleExpiry = 'CASE WHEN $2 + $7 < absolute_expiry THEN $2 + $7 ELSE absolute_expiry END'

/** The statement; `decideRotation` of the sessions is the same table in TypeScript, and the tests compare the two. */
export const rotateText = `
UPDATE jotgate_families SET
  outcome = ${outcome},
  generation = CASE WHEN ${moves} THEN generation + 1 ELSE generation END,
  parent = CASE WHEN ${outcome} = 'rotated' THEN generation ELSE parent END,
  rotated_at = CASE WHEN ${moves} THEN $2 ELSE rotated_at END,
  idle_expiry = CASE WHEN ${moves} THEN ${idleExpiry} ELSE idle_expiry END,
  ended_at = CASE WHEN ${ends} THEN COALESCE(ended_at, $2) ELSE ended_at END,
  revocation_due = CASE WHEN ${ends} AND ended_at IS NULL THEN 1 ELSE revocation_due END
WHERE id = $1 ${unlessLate}
RETURNING ${sessionColumns}, outcome`
