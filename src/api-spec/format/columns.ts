/** A row of a table as it will be written; null where it takes no part in the alignment of its neighbours. */
export type Row = readonly string[] | null

/**
 * Pads the cells of each run of neighbouring rows to the width of their column; the last cell of a row stays as it is.
 *
 * @example alignColumns([['Id', 'int64', '`json:"id"`'], ['Name', 'string', '`json:"name"`']])[0][0] // 'Id  '
 */
export function alignColumns(rows: readonly Row[]): readonly Row[] {
  const aligned: Row[] = []
  let run: (readonly string[])[] = []
  for (const row of rows) {
    if (row !== null) {
      run.push(row)
      continue
    }
    aligned.push(...alignRun(run), null)
    run = []
  }
  return [...aligned, ...alignRun(run)]
}

function alignRun(rows: readonly (readonly string[])[]): readonly Row[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.slice(0, -1).entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  return rows.map((row) =>
    row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
    ),
  )
}
