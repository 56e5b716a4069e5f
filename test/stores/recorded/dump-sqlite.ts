import type { SqliteClient } from '../../../src/stores/sql/sqlite.js'
import { sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { textOf } from '../../../src/stores/sql/database.js'
import { insertOf, oneLine, type SqlDump } from './sql-text.js'

/** All that is in an SQLite file. */
export async function dumpSqlite(client: SqliteClient): Promise<SqlDump> {
  const database = sqliteDatabase(client)
  const made = await database.query(
    "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY type DESC, name",
  )
  const rows: string[] = []
  for (const { name } of made.filter(({ type }) => type === 'table')) {
    const table = String(name)
    for (const row of await database.query(`SELECT * FROM ${table} ORDER BY rowid`))
      rows.push(insertOf(table, row as Record<string, string | number | null>)) // what columns hold here
  }
  return { tables: made.map((each) => oneLine(textOf(each, 'sql'))), rows }
}
