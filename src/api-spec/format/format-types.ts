import { rawText } from '../language/analysis/raw-text.js'
import {
  type DataType,
  type Field,
  type StructType,
  type TypeDeclaration,
  type TypeStatement,
} from '../language/syntax/ast.js'
import { alignColumns, type Row } from './columns.js'
import { type Gap, type Printer } from './printer.js'
import { tokensOfField } from './tokens.js'

/** `type X {…}`, or several in brackets. */
export function printTypes(printer: Printer, statement: TypeStatement): void {
  const { keyword, brackets, declarations } = statement
  printer.token(keyword, 'paragraph')
  if (brackets === undefined) {
    for (const declaration of declarations) printDeclaration(printer, declaration, 'space')
    return
  }
  printer.token(brackets.open, 'space')
  printer.indented(() => {
    for (const [index, declaration] of declarations.entries()) {
      printDeclaration(printer, declaration, index === 0 ? 'line' : 'paragraph')
    }
  })
  printer.token(brackets.close, declarations.length === 0 ? 'none' : 'line')
}

function printDeclaration(
  printer: Printer,
  { name, assign, type }: TypeDeclaration,
  gap: Gap,
): void {
  printer.token(name, gap)
  if (assign !== undefined) printer.token(assign, 'space')
  printType(printer, type, 'space')
}

function printType(printer: Printer, type: DataType, gap: Gap): void {
  switch (type.kind) {
    case 'name':
    case 'interface':
      printer.token(type.name, gap)
      return
    case 'pointer':
      printer.token(type.star, gap)
      printType(printer, type.element, 'none')
      return
    case 'list':
      printer.token(type.open, gap)
      if (type.length !== undefined) printer.token(type.length, 'none')
      printer.token(type.close, 'none')
      printType(printer, type.element, 'none')
      return
    case 'map':
      printer.token(type.keyword, gap)
      printer.token(type.open, 'none')
      printType(printer, type.key, 'none')
      printer.token(type.close, 'none')
      printType(printer, type.value, 'none')
      return
    case 'struct':
      printStruct(printer, type, gap)
  }
}

function printStruct(
  printer: Printer,
  { keyword, open, fields, close }: StructType,
  gap: Gap,
): void {
  if (keyword !== undefined) printer.token(keyword, gap)
  printer.token(open, keyword === undefined ? gap : 'space')
  const rows = alignColumns(rowsOf(fields)).values()
  printer.indented(() => {
    for (const [index, field] of fields.entries()) {
      let row = rows.next().value ?? null
      // A null row may stand for an empty line between two fields rather than for a field.
      if (separates(fields, index)) row = rows.next().value ?? null
      printField(printer, field, { row, gap: index === 0 ? 'line' : 'paragraph' })
    }
  })
  printer.token(close, fields.length === 0 ? 'none' : 'line')
}

/** One row a field, and a null before each field that an empty line or a comment sets apart. */
function rowsOf(fields: readonly Field[]): readonly Row[] {
  return fields.flatMap((field, index) =>
    separates(fields, index) ? [null, rowOf(field)] : [rowOf(field)],
  )
}

function separates(fields: readonly Field[], index: number): boolean {
  const before = fields[index - 1]
  const field = fields[index]
  if (before === undefined || field === undefined) return false
  const last = tokensOfField(before).at(-1)
  const first = tokensOfField(field)[0]
  return (
    first === undefined ||
    last === undefined ||
    first.head.length > 0 ||
    first.start.line > last.start.line + 1
  )
}

function rowOf(field: Field): Row {
  const tokens = tokensOfField(field)
  const plain = tokens.every(
    (token, index) =>
      (index === 0 || token.head.length === 0) &&
      (index === tokens.length - 1 || token.tail.length === 0),
  )
  if (
    !plain ||
    field.names.length === 0 ||
    tokens.some((token) => token.kind === '{' || token.text.includes('\n'))
  )
    return null
  const names = field.names.map((name) => name.text).join(', ')
  const type = rawText(field.type)
  return field.tag === undefined ? [names, type] : [names, type, field.tag.text]
}

function printField(
  printer: Printer,
  field: Field,
  { row, gap }: { readonly row: Row; readonly gap: Gap },
): void {
  const tokens = tokensOfField(field)
  const [first] = tokens
  const last = tokens.at(-1)
  if (row !== null && first !== undefined && last !== undefined) {
    printer.token(first, gap, { text: row.join(' '), last })
    return
  }
  for (const [index, name] of field.names.entries()) {
    printer.token(name, index === 0 ? gap : 'space')
    const comma = field.commas[index]
    if (comma !== undefined) printer.token(comma, 'none')
  }
  printType(printer, field.type, field.names.length === 0 ? gap : 'space')
  if (field.tag !== undefined) printer.token(field.tag, 'space')
}
