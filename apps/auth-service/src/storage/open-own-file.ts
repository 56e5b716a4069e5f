import { openSqlite, type SqliteClient } from 'jotgate/stores/sqlite'
import { SetupFault } from '../foundation/setup-fault.js'

/**
 * Opens the SQLite file of the service, which has tables and indexes only. A trigger or a view in it comes from somebody who
 * could write to the file, such as a backup on a stick: it could undo what the service writes.
 *
 * @throws SetupFault naming what else is in the file; AuthError STORE_UNAVAILABLE when it cannot be opened or read
 * @example const client = await openOwnFile(data.database)
 */
export async function openOwnFile(path: string): Promise<SqliteClient> {
  const client = await openSqlite(path)
  try {
    // Expressions in the schema call no function that could reach outside.
    client.exec('PRAGMA trusted_schema = OFF')
    const others = client.prepare(foreignParts).all().map(nameOf)
    if (others.length === 0) return client
    throw new SetupFault(
      `the database has parts that the service has not made: ${others.join(', ')}. ` +
        'They could undo what it writes: use a backup without them',
    )
  } catch (error) {
    client.close()
    throw error
  }
}

/** By the text, which is what SQLite runs; without one it is the index of a PRIMARY KEY. */
const foreignParts = `
SELECT type || ' ' || name AS part FROM sqlite_master WHERE sql IS NOT NULL
  AND sql NOT LIKE 'CREATE TABLE %' AND sql NOT LIKE 'CREATE INDEX %' AND sql NOT LIKE 'CREATE UNIQUE INDEX %'
LIMIT 5`

function nameOf(row: unknown): string {
  return String(Reflect.get(Object(row), 'part'))
}
