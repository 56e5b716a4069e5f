import {
  type DataType,
  type Field,
  type ListType,
  type MapType,
  type StructType,
  type TypeDeclaration,
  type TypeStatement,
} from './ast.js'
import { span } from './node.js'
import { type TokenStream } from './token-stream.js'
import { goKeywords, type Token } from './token.js'

/** How deep types may nest: far beyond any real file, and far below where recursion would end the process. */
const maxDepth = 200

/** `type X {…}` or `type (X {…} Y {…})`; the keyword has been taken. */
export function parseTypeStatement(stream: TokenStream): TypeStatement {
  const keyword = stream.current
  stream.expect('(', 'IDENT')
  if (stream.is('IDENT')) {
    const declaration = parseDeclaration(stream)
    return { kind: 'type', keyword, declarations: [declaration], ...span(keyword, declaration) }
  }
  const open = stream.advance()
  stream.expect('IDENT', ')')
  const declarations: TypeDeclaration[] = []
  while (!stream.is(')', 'EOF')) {
    const declaration = stream.attempt(
      () => parseDeclaration(stream),
      (token, previous) => token.kind === ')' || startsLine(token, previous),
    )
    if (declaration !== undefined) declarations.push(declaration)
    if (declaration !== undefined || !stream.dialect) stream.expect('IDENT', ')')
  }
  const close = stream.take(')')
  return { kind: 'type', keyword, brackets: { open, close }, declarations, ...span(keyword, close) }
}

function parseDeclaration(stream: TokenStream): TypeDeclaration {
  const name = takeName(stream)
  const assign = stream.is('=') ? stream.advance() : undefined
  const type = parseDataType(stream, 0)
  return { name, ...(assign === undefined ? {} : { assign }), type, ...span(name, type) }
}

/** An identifier that is not one of Go's own words. */
function takeName(stream: TokenStream): Token {
  return refuseKeyword(stream, stream.take('IDENT'))
}

function refuseKeyword(stream: TokenStream, token: Token): Token {
  if (goKeywords.has(token.text)) stream.failAt(token, ['IDENT'], token.text)
  return token
}

function parseDataType(stream: TokenStream, depth: number): DataType {
  if (depth > maxDepth) stream.fail(stream.next, `types nest more than ${String(maxDepth)} deep`)
  if (stream.is('{')) return parseStruct(stream, depth)
  if (stream.is('[')) return parseList(stream, depth)
  if (stream.is('*')) return parsePointer(stream, depth)
  if (stream.is('interface{}')) {
    const name = stream.advance()
    return { kind: 'interface', name, ...span(name, name) }
  }
  stream.expect('IDENT', '[', 'interface{}', '*', '{')
  return parseNamed(stream, depth)
}

function parseNamed(stream: TokenStream, depth: number): DataType {
  const { text } = stream.next
  if (text === 'map') return parseMap(stream, depth)
  if (text === 'struct' && stream.dialect) return parseStruct(stream, depth, stream.advance())
  const name = stream.advance()
  refuseKeyword(stream, name)
  return { kind: 'name', name, ...span(name, name) }
}

function parsePointer(stream: TokenStream, depth: number): DataType {
  const star = stream.advance()
  stream.expect('IDENT', '[', 'interface{}', '*')
  const element = parseDataType(stream, depth + 1)
  return { kind: 'pointer', star, element, ...span(star, element) }
}

function parseList(stream: TokenStream, depth: number): ListType {
  const open = stream.advance()
  stream.expect(']', 'INT', '...')
  const length = stream.is(']') ? undefined : stream.advance()
  const close = stream.take(']')
  const element = parseDataType(stream, depth + 1)
  return {
    kind: 'list',
    open,
    ...(length === undefined ? {} : { length }),
    close,
    element,
    ...span(open, element),
  }
}

function parseMap(stream: TokenStream, depth: number): MapType {
  const keyword = stream.advance()
  const open = stream.take('[')
  const key = parseDataType(stream, depth + 1)
  const close = stream.take(']')
  const value = parseDataType(stream, depth + 1)
  return { kind: 'map', keyword, open, key, close, value, ...span(keyword, value) }
}

function parseStruct(stream: TokenStream, depth: number, keyword?: Token): StructType {
  const open = stream.take('{')
  stream.expect('IDENT', '*', '}')
  const fields: Field[] = []
  while (!stream.is('}', 'EOF')) {
    const field = stream.attempt(
      () => parseField(stream, depth),
      (token, previous) => token.kind === '}' || startsLine(token, previous),
    )
    if (field !== undefined) fields.push(field)
    if (field !== undefined || !stream.dialect) stream.expect('IDENT', '*', '}')
  }
  const close = stream.take('}')
  return {
    kind: 'struct',
    ...(keyword === undefined ? {} : { keyword }),
    open,
    fields,
    close,
    ...span(keyword ?? open, close),
  }
}

function parseField(stream: TokenStream, depth: number): Field {
  stream.expect('IDENT', '*')
  const first = stream.advance()
  refuseKeyword(stream, first)
  const names: Token[] = []
  const commas: Token[] = []
  let type: DataType
  if (first.kind === '*') {
    const name = stream.take('IDENT')
    type = {
      kind: 'pointer',
      star: first,
      element: { kind: 'name', name, ...span(name, name) },
      ...span(first, name),
    }
  } else if (isEmbedded(stream, first)) type = { kind: 'name', name: first, ...span(first, first) }
  else {
    names.push(first)
    stream.expect(',', 'IDENT', '[', 'interface{}', '*', '{')
    while (stream.is(',')) {
      commas.push(stream.advance())
      names.push(takeName(stream))
    }
    type = parseDataType(stream, depth + 1)
  }
  stream.expect('RAW_STRING', '*', 'IDENT', '}')
  const tag = stream.is('RAW_STRING') ? stream.advance() : undefined
  return { names, commas, type, ...(tag === undefined ? {} : { tag }), ...span(first, tag ?? type) }
}

/** A name with nothing but a tag after it on its line is an embedded type. */
function isEmbedded(stream: TokenStream, name: Token): boolean {
  if (stream.is('RAW_STRING')) return true
  return stream.next.kind !== 'EOF' && stream.next.start.line > name.start.line
}

function startsLine(token: Token, previous: Token): boolean {
  return token.start.line > previous.start.line
}
