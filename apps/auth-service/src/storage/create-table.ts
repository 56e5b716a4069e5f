import type { SqlDatabase } from 'jotgate/stores/sqlite'

/**
 * Runs a `CREATE TABLE IF NOT EXISTS`. Of two processes that start at once PostgreSQL refuses it to one: the table is
 * there then, and what is really wrong is wrong the second time too.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example await createTable(db, 'CREATE TABLE IF NOT EXISTS service_notes (id TEXT PRIMARY KEY)')
 */
export async function createTable(db: SqlDatabase, text: string): Promise<void> {
  try {
    await db.query(text, [])
  } catch {
    await db.query(text, [])
  }
}
