import type { SessionStore, SweepRequest, TurnRequest } from '../../session/ports.js'
import type { SqlDatabase } from './database.js'

/**
 * `sweep_at` is when to look whether a session has expired: its idle expiry at the login. A refresh does not move it, because
 * a column that an index has would make each refresh dearer; what is still alive then is looked at again later. Sessions of
 * earlier releases have none.
 */
export const sweepAt = 'COALESCE(sweep_at, absolute_expiry)'

const lookedAt = `SELECT id FROM jotgate_families WHERE ${sweepAt} < $1 ORDER BY ${sweepAt} LIMIT $2`
const isExpired = '(absolute_expiry < $1 OR (idle_expiry < $1 AND revocation_due IS NULL))'
const endedText = `
  DELETE FROM jotgate_families WHERE id IN (
    SELECT id FROM jotgate_families WHERE ended_at < $1 AND revocation_due IS NULL LIMIT $2)
  RETURNING id`
const expiredText = `DELETE FROM jotgate_families WHERE id IN (${lookedAt}) AND ${isExpired} RETURNING id`
const laterText = `
  UPDATE jotgate_families SET sweep_at = CASE WHEN idle_expiry < $1 THEN absolute_expiry ELSE idle_expiry END
  WHERE id IN (${lookedAt}) AND NOT ${isExpired} RETURNING id`

/** Removes sessions that can have no use any more, in turns. */
export function sqlSweep(query: SqlDatabase['query']): Pick<SessionStore, 'sweep' | 'takeTurn'> {
  return {
    sweep: (request: SweepRequest) => sweep(query, request),
    takeTurn: (request: TurnRequest) => takeTurn(query, request),
  }
}

async function sweep(
  query: SqlDatabase['query'],
  { before, endedBefore, limit }: SweepRequest,
): Promise<number> {
  const ended = await query(endedText, [endedBefore, limit])
  const left = limit - ended.length
  if (left === 0) return limit
  const expired = await query(expiredText, [before, left])
  if (expired.length < left) await query(laterText, [before, left - expired.length])
  return ended.length + expired.length
}

/** Turns of this many lives ahead are the work of a wrong clock. */
const turnText = `
  INSERT INTO jotgate_turns (part, until) VALUES ('families', $2)
  ON CONFLICT (part) DO UPDATE SET until = $2
  WHERE jotgate_turns.until <= $1 OR jotgate_turns.until > $3 RETURNING part`
const furthestAhead = 10

async function takeTurn(
  query: SqlDatabase['query'],
  { now, seconds }: TurnRequest,
): Promise<boolean> {
  const rows = await query(turnText, [now, now + seconds, now + seconds * furthestAhead])
  return rows.length > 0
}
