import type { SqlDatabase } from './database.js'
import { insertText, takePlacesText, type RevocationDialect } from './revocations.js'
import { sameFile } from './sqlite-file.js'

const given = `(
  SELECT json_extract(value, '$.issuer') AS issuer, json_extract(value, '$.kind') AS kind,
    json_extract(value, '$.value') AS value, json_extract(value, '$.cut_off') AS cut_off,
    json_extract(value, '$.expires_at') AS expires_at, json_extract(value, '$.back') AS back
  FROM json_each($1)) AS given`
const addText = insertText(given, 'jotgate_revocation_places')

/** Milliseconds between two polls of the file: the longest delay of another process's entries. */
const everyMs = 200

/** Revocations in an SQLite file. */
export function sqliteRevocations(): RevocationDialect {
  const checkFile = sameFile()
  return {
    given,
    writable: '1',
    wake: [],
    check: checkFile,
    add: (database: SqlDatabase, rows: string, count: number) =>
      database.batch([
        { text: takePlacesText, params: [count] },
        { text: addText, params: [rows] },
      ]),
    openLine: (database: SqlDatabase) =>
      Promise.resolve({
        everyMs,
        query: async (text, params) => {
          await checkFile(database)
          return database.query(text, params)
        },
        listen: () => undefined,
        end: () => undefined,
      }),
  }
}
