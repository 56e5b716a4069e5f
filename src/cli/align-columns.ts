/**
 * Rows as lines, cells of one column below each other, two blanks between columns.
 *
 * @example alignColumns([['get', '/a', 'open'], ['delete', '/b', 'Auth']])[0] // 'get     /a  open'
 */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
