import { type DataType, type Field } from '../language/syntax/ast.js'
import { type Token } from '../language/syntax/token.js'

/** The tokens of a type in their order. */
function tokensOfType(type: DataType): readonly Token[] {
  switch (type.kind) {
    case 'name':
    case 'interface':
      return [type.name]
    case 'pointer':
      return [type.star, ...tokensOfType(type.element)]
    case 'list':
      return [
        type.open,
        ...(type.length === undefined ? [] : [type.length]),
        type.close,
        ...tokensOfType(type.element),
      ]
    case 'map':
      return [
        type.keyword,
        type.open,
        ...tokensOfType(type.key),
        type.close,
        ...tokensOfType(type.value),
      ]
    case 'struct':
      return [
        ...(type.keyword === undefined ? [] : [type.keyword]),
        type.open,
        ...type.fields.flatMap(tokensOfField),
        type.close,
      ]
  }
}

/** The tokens of a field in their order. */
export function tokensOfField(field: Field): readonly Token[] {
  const names = field.names.flatMap((name, index) => {
    const comma = field.commas[index]
    return comma === undefined ? [name] : [name, comma]
  })
  return [...names, ...tokensOfType(field.type), ...(field.tag === undefined ? [] : [field.tag])]
}
