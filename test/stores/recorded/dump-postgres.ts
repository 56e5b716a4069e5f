import { Client } from 'pg'
import { insertOf, type SqlDump } from './sql-text.js'

/** All that is in a schema of PostgreSQL, whatever the schema is called. */
export async function dumpPostgres(url: string, schema: string): Promise<SqlDump> {
  const client = new Client(url)
  await client.connect()
  try {
    const unnamed = (text: string) => text.replaceAll(`${schema}.`, '')
    const tables: string[] = []
    const rows: string[] = []
    for (const { oid, name } of await tablesIn(client, schema)) {
      tables.push(`CREATE TABLE ${name} (${unnamed((await linesOf(client, oid)).join(', '))})`)
      tables.push(...(await indexesOf(client, oid)).map(unnamed))
      rows.push(...(await rowsOf(client, `${schema}.${name}`)).map(unnamed))
    }
    return { tables, rows }
  } finally {
    await client.end()
  }
}

async function tablesIn(client: Client, schema: string) {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT c.oid, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY c.relname`,
    [schema],
  )
  return rows
}

/** Columns and constraints, as they stand in a CREATE TABLE. */
async function linesOf(client: Client, oid: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT line FROM (
       SELECT 1 AS part, attnum::INT AS at, a.attname || ' ' || upper(format_type(atttypid, atttypmod))
         || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
         || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
       FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
       UNION ALL
       SELECT 2, row_number() OVER (ORDER BY conname)::INT, pg_get_constraintdef(oid)
       FROM pg_constraint WHERE conrelid = $1 AND contype IN ('p', 'u', 'c', 'f')
     ) AS lines ORDER BY part, at`,
    [oid],
  )
  return rows.map(({ line }) => line)
}

/** Those that no constraint has made. */
async function indexesOf(client: Client, oid: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT pg_get_indexdef(indexrelid) AS text FROM pg_index i WHERE indrelid = $1
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
     ORDER BY indexrelid`,
    [oid],
  )
  return rows.map(({ text }) => text)
}

async function rowsOf(client: Client, table: string): Promise<readonly string[]> {
  const { rows, fields } = await client.query<Record<string, string | null>>(
    `SELECT * FROM ${table} ORDER BY ctid`,
  )
  const bigint = 20
  const numbers = fields.filter(({ dataTypeID }) => dataTypeID === bigint).map(({ name }) => name)
  return rows.map((row) => {
    const values = Object.entries(row).map(([name, value]) => [
      name,
      value !== null && numbers.includes(name) ? Number(value) : value,
    ])
    return insertOf(table, Object.fromEntries(values) as Record<string, string | number | null>) // made above
  })
}
