import type { KeyRingStore, StoredRing } from '../../key-sources/ports.js'
import { integerOf, textOf, type SqlDatabase, type SqlRow } from './database.js'
import type { Schema } from './migrate.js'

/** One row per ring. */
export const keysSchema: Schema = {
  part: 'keys',
  versions: [
    {
      adds: 'Key rings, sealed, each under its name.',
      statements: [
        `CREATE TABLE jotgate_key_rings (
          name TEXT PRIMARY KEY,
          revision BIGINT NOT NULL,
          sealed TEXT NOT NULL
        )`,
      ],
    },
  ],
}

const readText = 'SELECT revision, sealed FROM jotgate_key_rings WHERE name = $1'
const firstText = `
  INSERT INTO jotgate_key_rings (name, revision, sealed) VALUES ($1, 1, $2)
  ON CONFLICT DO NOTHING RETURNING revision`
const nextText = `
  UPDATE jotgate_key_rings SET revision = revision + 1, sealed = $2
  WHERE name = $1 AND revision = $3 RETURNING revision`

/**
 * A key ring in an SQL database, which sees neither its keys nor its times. Every method is one statement. Each ring
 * has a `name`, default `default`: for example one for each kind of token.
 *
 * `migrate` of the stores over the same database creates the table.
 *
 * @example const ring = createKeyRing({ store: sqlKeys(database, 'id-tokens'), … })
 */
export function sqlKeys({ query }: Pick<SqlDatabase, 'query'>, name = 'default'): KeyRingStore {
  return Object.freeze({
    read: async () => {
      const [row] = await query(readText, [name])
      return row && toStored(row)
    },
    write: async ({ revision, sealed }: StoredRing) => {
      const rows =
        revision === 1
          ? await query(firstText, [name, sealed])
          : await query(nextText, [name, sealed, revision - 1])
      return rows.length === 1
    },
  })
}

function toStored(row: SqlRow): StoredRing {
  return { revision: integerOf(row, 'revision'), sealed: textOf(row, 'sealed') }
}
