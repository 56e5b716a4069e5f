import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { SetupFault } from '../foundation/setup-fault.js'

/** Sessions in one statement: each has a deadline. */
const atOnce = 5000

/** Some that have not ended. */
const endText = `
  UPDATE jotgate_families SET ended_at = $1 WHERE id IN (
    SELECT id FROM jotgate_families WHERE ended_at IS NULL LIMIT ${String(atOnce)})
  RETURNING id`

/**
 * Ends the sessions of all users in the library's table, which has no other way to do it. Access tokens stay valid:
 * refuse them with a cut-off of all. No process of the service may run. May be repeated.
 *
 * @returns how many have ended, expired ones among them
 * @throws SetupFault when sessions live afterwards, which a trigger in the database can cause; AuthError STORE_UNAVAILABLE
 * @example await endEverySession(database)
 */
export async function endEverySession(database: SqlDatabase): Promise<number> {
  const now = Math.floor(Date.now() / 1000)
  const all = await countLiving(database)
  // As many rounds as there is work for: sessions that come to life again must not keep it going.
  for (let left = all; left > 0; left -= atOnce) await database.query(endText, [now])
  const living = await countLiving(database)
  if (living === 0) return all
  throw new SetupFault(
    `${String(living)} sessions live after they were ended: look for triggers in the database`,
  )
}

const counted = z.object({ living: z.coerce.number() })

async function countLiving(database: SqlDatabase): Promise<number> {
  const text = 'SELECT COUNT(*) AS living FROM jotgate_families WHERE ended_at IS NULL'
  return counted.parse((await database.query(text))[0]).living
}
