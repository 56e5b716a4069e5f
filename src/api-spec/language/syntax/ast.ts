import { type Position, type Token } from './token.js'

/** Every node knows where it starts and the offset where it ends; its tokens carry the comments. */
interface Node {
  readonly start: Position
  readonly end: number
}

/** One `.api` file as written. `eof` holds the comments after the last statement. */
export interface SourceFile {
  /** The path it was read from, for messages and for resolving its imports. */
  readonly path: string
  readonly text: string
  readonly statements: readonly Statement[]
  readonly eof: Token
}

/** What a file is made of. */
export type Statement =
  SyntaxStatement | InfoStatement | ImportStatement | TypeStatement | ServiceStatement

/** `syntax = "v1"` */
export interface SyntaxStatement extends Node {
  readonly kind: 'syntax'
  readonly tokens: readonly [keyword: Token, assign: Token, value: Token]
}

/** `info (title: "…")` */
export interface InfoStatement extends Node {
  readonly kind: 'info'
  readonly keyword: Token
  readonly pairs: PairBlock
}

/** `import "a.api"`, or several in brackets. */
export interface ImportStatement extends Node {
  readonly kind: 'import'
  readonly keyword: Token
  readonly brackets?: Brackets
  readonly paths: readonly Token[]
}

/** `type X {…}`, or several in brackets. */
export interface TypeStatement extends Node {
  readonly kind: 'type'
  readonly keyword: Token
  readonly brackets?: Brackets
  readonly declarations: readonly TypeDeclaration[]
}

/** A pair of brackets, of whichever kind. */
export interface Brackets {
  readonly open: Token
  readonly close: Token
}

/** `X {…}`, `X = Y` */
export interface TypeDeclaration extends Node {
  readonly name: Token
  readonly assign?: Token
  readonly type: DataType
}

/** The type of a field, or what a declaration names. */
export type DataType = NamedType | InterfaceType | PointerType | ListType | MapType | StructType

/** An identifier, `any` included. */
export interface NamedType extends Node {
  readonly kind: 'name'
  readonly name: Token
}

/** `interface{}` */
export interface InterfaceType extends Node {
  readonly kind: 'interface'
  readonly name: Token
}

/** `*X` */
export interface PointerType extends Node {
  readonly kind: 'pointer'
  readonly star: Token
  readonly element: DataType
}

/** `[]X`, `[3]X`, `[...]X` */
export interface ListType extends Node, Brackets {
  readonly kind: 'list'
  readonly length?: Token
  readonly element: DataType
}

/** `map[K]V` */
export interface MapType extends Node, Brackets {
  readonly kind: 'map'
  readonly keyword: Token
  readonly key: DataType
  readonly value: DataType
}

/** `{…}`; in the dialect also `struct {…}`. */
export interface StructType extends Node, Brackets {
  readonly kind: 'struct'
  readonly keyword?: Token
  readonly fields: readonly Field[]
}

/** `A, B int` with a tag, or, without names, an embedded type. */
export interface Field extends Node {
  readonly names: readonly Token[]
  readonly commas: readonly Token[]
  readonly type: DataType
  readonly tag?: Token
}

/** `(key: value …)` */
export interface PairBlock extends Brackets {
  readonly pairs: readonly Pair[]
}

/** `key: value`; a value such as `/v1/a-b` is several tokens. */
export interface Pair extends Node {
  readonly key: Token
  readonly colon: Token
  readonly value: readonly Token[]
}

/** A keyword and its bracketed pairs: `@server (…)`, `@doc (…)`. */
export interface PairsAnnotation extends Node {
  readonly keyword: Token
  readonly pairs: PairBlock
}

/** `@server(…) service x-api {…}` */
export interface ServiceStatement extends Node {
  readonly kind: 'service'
  readonly server?: PairsAnnotation
  readonly keyword: Token
  /** `x`, or `x`, `-`, `api`. */
  readonly name: readonly Token[]
  readonly open: Token
  readonly items: readonly ServiceItem[]
  readonly close: Token
}

/** A route with what stands before it; `@jwt` and `@server` here are the dialect's. */
export interface ServiceItem extends Node {
  /** Annotations in the order written. */
  readonly annotations: readonly ItemAnnotation[]
  readonly handler: { readonly keyword: Token; readonly name: Token }
  readonly route: Route
}

/** What stands before a route's handler. */
export type ItemAnnotation =
  | ({ readonly kind: 'server' } & PairsAnnotation)
  | ({ readonly kind: 'docPairs' } & PairsAnnotation)
  | ({ readonly kind: 'doc' | 'jwt'; readonly keyword: Token; readonly value: Token } & Node)

/** `post /user/:id (Request) returns (Response)` */
export interface Route extends Node {
  readonly method: Token
  readonly path: readonly Token[]
  readonly request?: Body
  readonly returns?: Token
  readonly response?: Body
  readonly semicolon?: Token
}

/** `(X)`, `(*X)`, `([]X)`, or `()`. */
export interface Body extends Node, Brackets {
  readonly type?: BodyType
}

/** The type between a body's brackets. */
export interface BodyType extends Node {
  readonly list?: Brackets
  readonly star?: Token
  readonly name: Token
}

/** The text of tokens written together, such as a path. */
export function joined(tokens: readonly Token[]): string {
  let text = ''
  for (const token of tokens) text += token.text
  return text
}

/** The text of a string token without its quotes, and of any other token as it is. */
export function unquoted(text: string): string {
  const quote = text[0]
  if (quote !== '"' && quote !== '`') return text
  return text.length > 1 && text.endsWith(quote) ? text.slice(1, -1) : text.slice(1)
}
