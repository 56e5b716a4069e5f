/** Tables as statements that make them, and rows as those that insert them: one on a line. */
export interface SqlDump {
  readonly tables: readonly string[]
  readonly rows: readonly string[]
}

/** The text of a recording. */
export function writeDump({ tables, rows }: SqlDump): string {
  return [...tables, ...rows].map((statement) => `${statement};\n`).join('')
}

/** A statement on one line: how it was laid out says nothing. */
export function oneLine(statement: string): string {
  return statement
    .replace(/\s+/g, ' ')
    .replace(/\( /g, '(')
    .replace(/ \)/g, ')')
    .replace('IF NOT EXISTS ', '')
}

/** An INSERT of one row. @throws Error for a text over several lines */
export function insertOf(
  table: string,
  row: Readonly<Record<string, string | number | null>>,
): string {
  const values = Object.values(row).map(literalOf)
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`
}

function literalOf(value: string | number | null): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  if (value.includes('\n')) throw new Error('a recording has one row a line')
  return `'${value.replaceAll("'", "''")}'`
}
