import { type Diagnostic } from '../language/diagnostic.js'
import { oneOf, type OptionTable, readOptions, text } from '../../foundation/options.js'
import { type ImportStatement, type SourceFile, type Statement } from '../language/syntax/ast.js'
import { parseFile } from '../language/syntax/parse-file.js'
import { forGoctl } from './for-goctl.js'
import { Printer } from './printer.js'
import { printPairs, printService } from './format-service.js'
import { printTypes } from './format-types.js'

/** What formatting came to: the text, or why the file could not be read. */
export type FormatResult =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false
      readonly diagnostics: readonly Diagnostic[]
      readonly files: readonly SourceFile[]
    }

/** How {@link formatApi} reads. */
export interface FormatOptions {
  /** The file's path, for messages. Default `main.api`. */
  readonly file?: string
  /**
   * Who reads the result. For `goctl`, routes with `@jwt` or `@server` of their own move into a `service` block of their own,
   * and `struct` goes: the spec stays the same. Default `dialect`: nothing but the layout changes.
   */
  readonly reader?: 'dialect' | 'goctl'
}

/** Options of `formatApi`. */
export const formatTable = {
  file: text({ default: 'main.api' }),
  reader: oneOf<'dialect' | 'goctl'>(['dialect', 'goctl'], { default: 'dialect' }),
} satisfies OptionTable<keyof FormatOptions>

/**
 * An `.api` file in its one layout: tabs, one empty line between statements and between routes, columns of fields and
 * pairs aligned. Comments stay with what they belong to, and formatting twice changes nothing. Imports are not followed.
 *
 * @throws ConfigError for an unknown option
 * @example formatApi('type A{X int}') // { ok: true, text: 'type A {\n\tX int\n}\n' }
 */
export function formatApi(source: string, options: FormatOptions = {}): FormatResult {
  const { file, reader } = readOptions('formatApi', formatTable, options)
  const parsed = parseFile({ path: file, text: source }, 'dialect')
  const { diagnostics } = parsed
  if (diagnostics.length > 0) return { ok: false, diagnostics, files: [parsed.file] }
  const { statements } = parsed.file
  const printer = new Printer()
  let previous: Statement | undefined
  for (const statement of reader === 'goctl' ? forGoctl(statements) : statements) {
    // Imports of one file each stand together; between other statements there is one empty line.
    const together =
      previous?.kind === 'import' &&
      statement.kind === 'import' &&
      previous.brackets === undefined &&
      statement.brackets === undefined
    if (!together) printer.emptyLine()
    printStatement(printer, statement)
    previous = statement
  }
  if (parsed.file.eof.head.length > 0) printer.emptyLine()
  printer.comments(parsed.file.eof.head)
  return { ok: true, text: printer.finish() }
}

function printStatement(printer: Printer, statement: Statement): void {
  switch (statement.kind) {
    case 'syntax':
      printer.token(statement.tokens[0], 'paragraph')
      printer.token(statement.tokens[1], 'space')
      printer.token(statement.tokens[2], 'space')
      return
    case 'info':
      printer.token(statement.keyword, 'paragraph')
      printPairs(printer, statement.pairs)
      return
    case 'import':
      printImport(printer, statement)
      return
    case 'type':
      printTypes(printer, statement)
      return
    case 'service':
      printService(printer, statement)
  }
}

function printImport(printer: Printer, { keyword, brackets, paths }: ImportStatement): void {
  printer.token(keyword, 'paragraph')
  if (brackets === undefined) {
    for (const path of paths) printer.token(path, 'space')
    return
  }
  printer.token(brackets.open, 'space')
  printer.indented(() => {
    for (const path of paths) printer.token(path, 'line')
  })
  printer.token(brackets.close, paths.length === 0 ? 'none' : 'line')
}
