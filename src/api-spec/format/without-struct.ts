import { type DataType, type TypeStatement } from '../language/syntax/ast.js'

/**
 * A type statement without the keyword `struct`, which goctl does not know; its comments stand before the bracket.
 *
 * @example withoutStruct(statement) // type A struct {} is type A {}
 */
export function withoutStruct(statement: TypeStatement): TypeStatement {
  const declarations = statement.declarations.map((declaration) => ({
    ...declaration,
    type: plain(declaration.type),
  }))
  return { ...statement, declarations }
}

/** A struct stands in a struct directly: lists and maps have none without a name. */
function plain(type: DataType): DataType {
  if (type.kind !== 'struct') return type
  const { keyword, ...struct } = type
  const { open } = struct
  const comments = keyword === undefined ? [] : [...keyword.head, ...keyword.tail]
  const fields = struct.fields.map((field) => ({ ...field, type: plain(field.type) }))
  return { ...struct, open: { ...open, head: [...comments, ...open.head] }, fields }
}
