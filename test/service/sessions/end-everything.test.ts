import { afterEach, expect, test } from 'vitest'
import { endEverySession } from '../../../apps/auth-service/src/sessions/end-everything.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../../src/stores/sql/sqlite.js'

const closing: (() => unknown)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A file with as many living sessions. */
async function filledFile(count: number) {
  const client = await openSqlite(':memory:')
  closing.push(() => client.close())
  await sqliteStores(client).migrate()
  client.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${String(count)})
     INSERT INTO jotgate_families (id, sid, subject, client, scope, audience, generation, parent, created_at, rotated_at,
       absolute_expiry, idle_expiry, meta) SELECT 'f' || i, 's' || i, 'ann', '', '', '', 1, 0, 1, 1, 2, 2, '{}' FROM n`,
  )
  return { client, database: sqliteDatabase(client) }
}

test('endEverySession ends all sessions and counts them, also more than one statement takes', async () => {
  const { database } = await filledFile(5001)
  expect(await endEverySession(database)).toBe(5001)
  const living = 'SELECT 1 AS found FROM jotgate_families WHERE ended_at IS NULL LIMIT 1'
  expect(await database.query(living)).toEqual([])
  expect(await endEverySession(database)).toBe(0)
})

test('endEverySession fails when sessions come to life again', async () => {
  const { client, database } = await filledFile(5001)
  client.exec(`CREATE TRIGGER undo AFTER UPDATE OF ended_at ON jotgate_families BEGIN
      UPDATE jotgate_families SET ended_at = NULL WHERE id = NEW.id; END`)
  await expect(endEverySession(database)).rejects.toThrow('5001 sessions live')
})
