import { type Diagnostic } from './diagnostic.js'
import { createReport, type Finding } from './report.js'
import {
  type ImportStatement,
  type InfoStatement,
  type ServiceStatement,
  type SourceFile,
  type TypeStatement,
} from './syntax/ast.js'
import { type ParsedFile, parseFile } from './syntax/parse-file.js'
import { type Mode } from './syntax/text-cursor.js'
import { type Token } from './syntax/token.js'

/** Gives the text of an imported file by its path, or undefined when there is none. */
export type ReadImport = (path: string) => string | undefined

/** How files are read. */
export interface LoadOptions {
  readonly mode: Mode
  readonly read: ReadImport
}

/** A statement and the file it stands in. */
export interface InFile<T> {
  readonly file: SourceFile
  readonly statement: T
}

/** A file together with everything it imports. */
export interface Project {
  readonly main: SourceFile
  readonly files: readonly SourceFile[]
  readonly info: InfoStatement | undefined
  readonly imports: readonly ImportStatement[]
  readonly types: readonly InFile<TypeStatement>[]
  readonly services: readonly InFile<ServiceStatement>[]
}

/** A project as far as it could be read, and what was wrong. */
export interface Loaded {
  readonly project: Project
  readonly diagnostics: readonly Diagnostic[]
}

/** Imports nest no deeper than this: a reader that always finds another file must come to an end. */
const maxImportDepth = 100

/**
 * Reads a file and, through `options.read`, everything it imports; each file once, cycles refused.
 *
 * @example loadProject({ path: 'user.api', text }, { mode: 'dialect', read: () => undefined })
 */
export function loadProject(
  source: { readonly path: string; readonly text: string },
  options: LoadOptions,
): Loaded {
  const loader = new Loader(options)
  const parsed = parseFile(source, options.mode)
  loader.enter(parsed, [source.path])
  const { file } = parsed
  const merged = loader.merged(file)
  return {
    project: {
      main: file,
      files: loader.files,
      info: file.statements.find((statement) => statement.kind === 'info'),
      imports: importsOf(file),
      types: merged.flatMap((each) => inFile(each, 'type')),
      services: merged.flatMap((each) => inFile(each, 'service')),
    },
    diagnostics: loader.diagnostics,
  }
}

class Loader {
  readonly files: SourceFile[] = []
  readonly diagnostics: Diagnostic[] = []
  readonly #options: LoadOptions
  readonly #seen = new Set<string>()
  /** The files each file was the first to import. */
  readonly #children = new Map<SourceFile, SourceFile[]>()

  constructor(options: LoadOptions) {
    this.#options = options
  }

  enter(parsed: ParsedFile, stack: readonly string[]): void {
    const { file } = parsed
    this.files.push(file)
    const children: SourceFile[] = []
    this.#children.set(file, children)
    this.#add(parsed.diagnostics)
    if (this.#stopped()) return
    // A file of which nothing could be read is not empty.
    if (parsed.diagnostics.length === 0) this.#add(emptyFile(file, this.#options.mode))
    this.#add(repeatedStatements(file, this.#options.mode))
    for (const token of importsOf(file).flatMap((statement) => statement.paths)) {
      if (this.#stopped()) return
      const child = this.#import(file, token, stack)
      if (child !== undefined) children.push(child)
    }
    for (const child of children) this.#compareSyntax(file, child)
  }

  /** A file, then what it imports, in goctl's order. */
  merged(file: SourceFile): readonly SourceFile[] {
    return [file, ...(this.#children.get(file) ?? []).flatMap((child) => this.merged(child))]
  }

  #stopped(): boolean {
    return this.#options.mode === 'goctl' && this.diagnostics.length > 0
  }

  #import(file: SourceFile, token: Token, stack: readonly string[]): SourceFile | undefined {
    const path = resolve(file.path, token.text.replaceAll('"', ''))
    if (stack.includes(path) || stack.length > maxImportDepth) {
      this.#complain(file, token, { message: 'import cycle not allowed' })
      return undefined
    }
    if (this.#seen.has(path)) return undefined
    this.#seen.add(path)
    const text = this.#options.read(path)
    if (text === undefined || text === '') {
      const message =
        this.#options.mode === 'goctl'
          ? missingInput(path)
          : `the imported file is missing or empty`
      this.#complain(file, token, { form: 'bare', message })
      return undefined
    }
    const parsed = parseFile({ path, text }, this.#options.mode)
    this.enter(parsed, [...stack, path])
    return parsed.file
  }

  #compareSyntax(file: SourceFile, child: SourceFile): void {
    const expected = syntaxOf(file)
    const got = syntaxOf(child)
    if (this.#stopped() || expected.text === got.text) return
    const message = `multiple syntax value expression, expected <${expected.text}>, got <${got.text}>`
    this.#complain(child, got.token ?? child.eof, { message })
  }

  #complain(file: SourceFile, token: Token, finding: Finding): void {
    const report = createReport(this.#options.mode)
    report.at(file, token, finding)
    this.#add(report.found)
  }

  #add(diagnostics: readonly Diagnostic[]): void {
    if (!this.#stopped()) this.diagnostics.push(...diagnostics)
  }
}

function emptyFile(file: SourceFile, mode: Mode): readonly Diagnostic[] {
  if (file.statements.length > 0 || file.eof.head.length > 0) return []
  const report = createReport(mode)
  const message = mode === 'goctl' ? missingInput(file.path) : 'the file is empty'
  report.at(file, file.eof, { form: 'bare', message })
  return report.found
}

function missingInput(path: string): string {
  return `filename: ${path}, missing input`
}

/** `syntax` and `info` stand once in a file. */
function repeatedStatements(file: SourceFile, mode: Mode): readonly Diagnostic[] {
  const report = createReport(mode)
  const seen = new Set<string>()
  for (const statement of file.statements) {
    if (statement.kind !== 'syntax' && statement.kind !== 'info') continue
    const keyword = statement.kind === 'syntax' ? statement.tokens[0] : statement.keyword
    if (seen.has(statement.kind)) {
      report.at(file, keyword, {
        form: 'duplicate',
        message: `duplicate ${statement.kind} statement`,
      })
    }
    seen.add(statement.kind)
  }
  return mode === 'goctl' ? report.found.slice(0, 1) : report.found
}

/** The syntax a file declares; goctl looks at its first statement only and takes "v1" for granted. */
function syntaxOf(file: SourceFile): { readonly text: string; readonly token?: Token } {
  const [first] = file.statements
  if (first?.kind !== 'syntax') return { text: '"v1"' }
  return { text: first.tokens[2].text, token: first.tokens[2] }
}

function importsOf(file: SourceFile): readonly ImportStatement[] {
  return file.statements.filter((statement) => statement.kind === 'import')
}

function inFile<K extends 'type' | 'service'>(
  file: SourceFile,
  kind: K,
): readonly InFile<Extract<SourceFile['statements'][number], { kind: K }>>[] {
  type Wanted = Extract<SourceFile['statements'][number], { kind: K }>
  const isWanted = (statement: SourceFile['statements'][number]): statement is Wanted =>
    statement.kind === kind
  return file.statements.filter(isWanted).map((statement) => ({ file, statement }))
}

/** The path an import names, seen from the file it stands in: `a/b.api` and `../c.api` make `c.api`. */
function resolve(from: string, path: string): string {
  const absolute = path.startsWith('/')
  const folder = from.slice(0, from.lastIndexOf('/') + 1)
  const whole = absolute ? path : folder + path
  const kept: string[] = []
  for (const part of whole.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (part !== '..' || !whole.startsWith('/')) kept.push(part)
  }
  return (whole.startsWith('/') ? '/' : '') + kept.join('/') || '.'
}
