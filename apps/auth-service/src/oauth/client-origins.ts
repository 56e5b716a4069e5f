import type { Schema, SqlDatabase } from 'jotgate/stores/sqlite'

/**
 * The origins of clients' pages. A table beside that of the clients: the release before, which does not know it, goes on.
 * A row without a client, left by a process of that release, counts for nothing.
 */
export const clientOriginSchema: Schema = {
  part: 'service_client_origins',
  versions: [
    {
      adds: 'The origins of the pages of OAuth clients; a client without a row has none.',
      statements: [
        'CREATE TABLE service_client_origins (client TEXT PRIMARY KEY, origins TEXT NOT NULL)',
      ],
    },
  ],
}

/** What a query of clients reads from, to have the column `origins` too. */
export const clientsWithOrigins =
  'service_clients LEFT JOIN service_client_origins ON service_client_origins.client = service_clients.id'

/** Replaces the origins of a client. */
export async function putOrigins(
  db: SqlDatabase,
  id: string,
  origins: readonly string[],
): Promise<void> {
  await db.query(
    `INSERT INTO service_client_origins (client, origins) VALUES ($1, $2)
     ON CONFLICT (client) DO UPDATE SET origins = excluded.origins`,
    [id, origins.join(' ')],
  )
}

/** The origins of a client that is gone. */
export async function removeOrigins(db: SqlDatabase, id: string): Promise<void> {
  await db.query('DELETE FROM service_client_origins WHERE client = $1', [id])
}

/** The origins of all clients that are not disabled; one that several have comes several times. */
export async function originsOfAll(db: SqlDatabase): Promise<readonly string[]> {
  const rows = await db.query(
    `SELECT origins FROM ${clientsWithOrigins} WHERE origins <> '' AND disabled = 0`,
    [],
  )
  return rows.flatMap(({ origins }) => readOrigins(origins))
}

/** The items of the column, which is NULL for a client without a row. */
export function readOrigins(column: unknown): readonly string[] {
  return typeof column === 'string' ? column.split(' ').filter((each) => each !== '') : []
}
