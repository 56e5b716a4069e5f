import { type Diagnostic, mostDiagnostics } from '../diagnostic.js'
import { type ImportStatement, type SourceFile, type Statement } from './ast.js'
import { span } from './node.js'
import { parseTextPairs } from './parse-pairs.js'
import { parseService } from './parse-service.js'
import { parseTypeStatement } from './parse-type.js'
import { scan } from './scanner.js'
import { type Mode } from './text-cursor.js'
import { SyntaxFailure, TokenStream } from './token-stream.js'
import { type Token, words } from './token.js'

/** A file read: its tree, as far as it could be read, and what was wrong. */
export interface ParsedFile {
  readonly file: SourceFile
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads one `.api` file into its syntax tree. Never throws. In the dialect the tree holds every statement that could be
 * read and `diagnostics` everything wrong with the others; in goctl's mode reading ends at the first error.
 *
 * @example parseFile({ path: 'user.api', text }, 'dialect').file.statements
 */
export function parseFile(
  source: { readonly path: string; readonly text: string },
  mode: Mode,
): ParsedFile {
  const scanned = scan(source.text, mode)
  const stream = new TokenStream(source.path, scanned, mode)
  const statements: Statement[] = []
  try {
    stream.checkLexical()
    while (!stream.done && stream.diagnostics.length < mostDiagnostics) {
      const statement = stream.attempt(() => parseStatement(stream), startsStatement, true)
      if (statement !== undefined) statements.push(statement)
      stream.advance()
    }
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error
    stream.report(error)
  }
  const diagnostics = stream.diagnostics.toSorted((a, b) => a.start.offset - b.start.offset)
  const eof = scanned.tokens.at(-1) ?? stream.current
  return { file: { ...source, statements, eof }, diagnostics }
}

function parseStatement(stream: TokenStream): Statement {
  const first = stream.current
  if (first.kind === '@server') return parseService(stream)
  if (first.kind === 'IDENT') {
    switch (first.text) {
      case 'syntax':
        return parseSyntax(stream)
      case 'info':
        return parseInfo(stream)
      case 'service':
        return parseService(stream)
      case 'type':
        return parseTypeStatement(stream)
      case 'import':
        return parseImport(stream)
    }
  }
  if (stream.dialect) stream.failAt(first, [...words.statement, '@server'])
  if (first.kind === 'IDENT') stream.failAt(first, ['syntax', 'info', 'service', 'type'])
  // goctl names the place of this token and the text of the one after it.
  return stream.failPlainly(first, `unexpected token '${stream.next.text}'`)
}

function parseSyntax(stream: TokenStream): Statement {
  const keyword = stream.current
  const assign = stream.take('=')
  const value = stream.take('STRING')
  return { kind: 'syntax', tokens: [keyword, assign, value], ...span(keyword, value) }
}

function parseInfo(stream: TokenStream): Statement {
  const keyword = stream.current
  const pairs = parseTextPairs(stream)
  return { kind: 'info', keyword, pairs, ...span(keyword, pairs.close) }
}

function parseImport(stream: TokenStream): ImportStatement {
  const keyword = stream.current
  stream.expect('(', 'STRING')
  if (stream.is('STRING')) {
    const path = stream.advance()
    return { kind: 'import', keyword, paths: [path], ...span(keyword, path) }
  }
  const open = stream.advance()
  const paths: Token[] = []
  while (!stream.is(')')) {
    paths.push(stream.take('STRING'))
    stream.expect(')', 'STRING')
  }
  const close = stream.advance()
  return { kind: 'import', keyword, brackets: { open, close }, paths, ...span(keyword, close) }
}

/** After an error the dialect goes on where a line begins with a statement's first word. */
function startsStatement(token: Token, previous: Token): boolean {
  if (token.kind === '@server') return true
  if (token.kind !== 'IDENT' || token.start.line <= previous.start.line) return false
  return words.statement.some((word) => word === token.text)
}
