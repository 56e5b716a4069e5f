import { type Report } from '../report.js'
import { type Member, primitives, type SpecType } from '../spec.js'
import {
  type DataType,
  type Field,
  type ListType,
  type MapType,
  type SourceFile,
  type StructType,
} from '../syntax/ast.js'
import { type Comment, type Token } from '../syntax/token.js'
import { rawText } from './raw-text.js'

/** Where a type stands, and where to say what is wrong with it. */
export interface TypeContext {
  readonly file: SourceFile
  readonly report: Report
}

/** A field as a member of the spec. What a field cannot be is reported, and the nearest type stands in for it. */
export function convertField(field: Field, context: TypeContext): Member {
  const type = convertType(field.type, context)
  const first = field.names[0] ?? firstToken(field.type)
  const last = field.tag ?? lastToken(field.type)
  return {
    name: field.names.map((name) => name.text).join(', '),
    type,
    docs: texts(first.head),
    comment: texts(last.tail).join(' '),
    inline: field.names.length === 0,
    tag: field.tag?.text ?? '',
  }
}

/** The texts of comments. */
export function texts(comments: readonly Comment[]): readonly string[] {
  return comments.map((comment) => comment.text)
}

function convertType(type: DataType, context: TypeContext): SpecType {
  const raw = rawText(type)
  switch (type.kind) {
    case 'name':
      if (raw === 'any') complain(type, context, 'unsupported any type')
      return { kind: primitives.has(raw) ? 'primitive' : 'define', raw }
    case 'interface':
      return { kind: 'interface', raw }
    case 'pointer': {
      const { element } = type
      // A pointer to "any" passes where "any" itself does not.
      const inner = primitives.has(rawText(element))
        ? primitive(rawText(element))
        : convertType(element, context)
      return { kind: 'pointer', raw, type: inner }
    }
    case 'list':
      return convertList(type, context)
    case 'map':
      return convertMap(type, context)
    case 'struct':
      return convertStruct(type, context)
  }
}

function primitive(raw: string): SpecType {
  return { kind: 'primitive', raw }
}

function convertList(type: ListType, context: TypeContext): SpecType {
  const what = type.length === undefined ? 'slice' : 'array'
  if (type.length?.kind === '...')
    complain(type, context, 'array length unsupported dynamic length')
  else if (containsStruct(type.element))
    complain(type, context, `${what} elements unsupported nested struct`)
  return { kind: 'array', raw: rawText(type), value: convertType(type.element, context) }
}

function convertMap(type: MapType, context: TypeContext): SpecType {
  if (type.key.kind !== 'name') {
    complain(type, context, `expected literal type, got <*ast.${goctlNames(type.key)}>`)
  } else if (containsStruct(type.value))
    complain(type, context, 'map value unsupported nested struct')
  return {
    kind: 'map',
    raw: rawText(type),
    key: rawText(type.key),
    value: convertType(type.value, context),
  }
}

function convertStruct(type: StructType, context: TypeContext): SpecType {
  const members = type.fields.map((field) => convertField(field, context))
  if (members.length === 0) complain(type, context, 'unsupported empty struct')
  return { kind: 'nested', raw: rawText(type), members }
}

function complain(type: DataType, { file, report }: TypeContext, message: string): void {
  report.at(file, firstToken(type), { message })
}

function containsStruct(type: DataType): boolean {
  switch (type.kind) {
    case 'struct':
      return true
    case 'pointer':
    case 'list':
      return containsStruct(type.element)
    case 'map':
      return containsStruct(type.key) || containsStruct(type.value)
    case 'name':
    case 'interface':
      return false
  }
}

/** What goctl calls a kind of type in its messages. */
export function goctlNames(type: DataType): string {
  switch (type.kind) {
    case 'name':
      return type.name.text === 'any' ? 'AnyDataType' : 'BaseDataType'
    case 'interface':
      return 'InterfaceDataType'
    case 'pointer':
      return 'PointerDataType'
    case 'list':
      return type.length === undefined ? 'SliceDataType' : 'ArrayDataType'
    case 'map':
      return 'MapDataType'
    case 'struct':
      return 'StructDataType'
  }
}

/** The token a type starts with. */
function firstToken(type: DataType): Token {
  switch (type.kind) {
    case 'name':
    case 'interface':
      return type.name
    case 'pointer':
      return type.star
    case 'list':
      return type.open
    case 'map':
      return type.keyword
    case 'struct':
      return type.keyword ?? type.open
  }
}

function lastToken(type: DataType): Token {
  switch (type.kind) {
    case 'name':
    case 'interface':
      return type.name
    case 'pointer':
    case 'list':
      return lastToken(type.element)
    case 'map':
      return lastToken(type.value)
    case 'struct':
      return type.close
  }
}
