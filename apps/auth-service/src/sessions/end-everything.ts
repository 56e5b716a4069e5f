import type { SqlDatabase } from 'jotgate/stores/sqlite'

/** Sessions in one statement: each has a deadline. */
const atOnce = 5000

/** Some that have not ended. */
const endText = `
  UPDATE jotgate_families SET ended_at = $1 WHERE id IN (
    SELECT id FROM jotgate_families WHERE ended_at IS NULL LIMIT ${String(atOnce)})
  RETURNING id`

/**
 * Ends the sessions of all users in the library's table, which has no other way to do it. Access tokens stay valid:
 * refuse them with a cut-off of all. May be repeated.
 *
 * @returns how many have ended, expired ones among them
 * @throws AuthError STORE_UNAVAILABLE
 * @example await endEverySession(database)
 */
export async function endEverySession(database: SqlDatabase): Promise<number> {
  const now = Math.floor(Date.now() / 1000)
  for (let ended = 0; ;) {
    const { length } = await database.query(endText, [now])
    ended += length
    if (length < atOnce) return ended
  }
}
