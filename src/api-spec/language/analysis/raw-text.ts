import { type DataType, type Field, type StructType } from '../syntax/ast.js'

/**
 * A type's text as goctl writes it into the spec: blanks normalised, nested structs on lines of their own with their
 * columns aligned.
 *
 * @example rawText(type) // 'map[string][]*User'
 */
export function rawText(type: DataType): string {
  switch (type.kind) {
    case 'name':
    case 'interface':
      return type.name.text
    case 'pointer':
      return `*${rawText(type.element)}`
    case 'list':
      return `[${type.length?.text ?? ''}]${rawText(type.element)}`
    case 'map':
      return `map[${rawText(type.key)}]${rawText(type.value)}`
    case 'struct':
      return structText(type)
  }
}

function structText(type: StructType): string {
  if (type.fields.length === 0) return '{}'
  const rows = type.fields.map(cells)
  const lines = rows.map((row, index) =>
    row.map((cell, column) => pad(rows, { row: index, column, cell })).join(' '),
  )
  return `{\n${lines.join('\n').replaceAll(/^/gm, '\t')}\n}`
}

function cells(field: Field): readonly string[] {
  const names = field.names.map((name) => name.text).join(', ')
  return [
    ...(names === '' ? [] : [names]),
    rawText(field.type),
    ...(field.tag === undefined ? [] : [field.tag.text]),
  ]
}

interface Cell {
  readonly row: number
  readonly column: number
  readonly cell: string
}

/** Pads a cell to the width of its column among the neighbouring rows that have one; the last of a row stays as it is. */
function pad(rows: readonly (readonly string[])[], { row, column, cell }: Cell): string {
  const padded = (index: number) => {
    const other = rows[index]?.[column]
    if (other === undefined || other.includes('\n') || column === (rows[index]?.length ?? 0) - 1)
      return undefined
    return other.length
  }
  if (padded(row) === undefined) return cell
  let width = cell.length
  for (let above = row - 1; padded(above) !== undefined; above--)
    width = Math.max(width, padded(above) ?? 0)
  for (let below = row + 1; padded(below) !== undefined; below++)
    width = Math.max(width, padded(below) ?? 0)
  return cell.padEnd(width)
}
