/** A place in the text: line and column from 1, column in code points; `offset` in UTF-16 units, for slicing. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/**
 * What the scanner tells apart. The spelling is the one error messages use, so a kind is its own name.
 * `error` stands for text that is no token at all; its diagnostic is kept beside it.
 */
export type TokenKind = WordKind | Mark | AtWord | 'ILLEGAL' | 'EOF' | 'error'

type WordKind = 'IDENT' | 'INT' | 'DURATION' | 'STRING' | 'RAW_STRING'
type Mark =
  | '('
  | ')'
  | '{'
  | '}'
  | '['
  | ']'
  | ','
  | ';'
  | ':'
  | '='
  | '-'
  | '/'
  | '.'
  | '...'
  | '*'
  | 'interface{}'
type AtWord = '@doc' | '@handler' | '@server' | '@jwt'

/** Words that mean something by their place only: everywhere else they are ordinary identifiers. */
export const words = {
  statement: ['syntax', 'info', 'import', 'type', 'service'],
  methods: ['get', 'head', 'post', 'put', 'patch', 'delete', 'connect', 'options', 'trace'],
} as const

/** A word the grammar asks for at one place. */
export type Word =
  (typeof words.statement)[number] | (typeof words.methods)[number] | 'returns' | 'api' | 'struct'

/** Something the grammar can ask for: a kind of token, or one certain word. */
export type Wanted = TokenKind | Word

/** A comment as written, with its marks. */
export interface Comment {
  readonly kind: 'COMMENT' | 'DOCUMENT'
  readonly text: string
  readonly start: Position
}

/**
 * One token and the comments that belong to it: `head` are those before it on other lines, `tail` those after it on
 * its own line.
 */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly start: Position
  /** Offset just after the token. */
  readonly end: number
  readonly head: readonly Comment[]
  readonly tail: readonly Comment[]
}

/** Identifiers that Go keeps to itself: no type and no field may be called so. */
export const goKeywords: ReadonlySet<string> = new Set(
  (
    'break case chan const continue default defer else fallthrough for func go goto if import interface map package ' +
    'range return select struct switch type var'
  ).split(' '),
)
