import { characters, type Diagnostic } from '../diagnostic.js'
import { nearestName } from '../../../foundation/names.js'
import { type LexicalProblem, type Scan } from './scanner.js'
import { type Mode } from './text-cursor.js'
import { type Position, type Token, type Wanted } from './token.js'

/** Thrown where the grammar cannot go on. `diagnostic` is absent when the scanner has already said what is wrong. */
export class SyntaxFailure extends Error {
  readonly diagnostic: Diagnostic | undefined

  constructor(diagnostic: Diagnostic | undefined) {
    super('the text does not follow the grammar')
    this.name = 'SyntaxFailure'
    this.diagnostic = diagnostic
  }
}

/** How the dialect's messages call a kind of token; marks and words stand for themselves. */
const names: Readonly<Partial<Record<Wanted, string>>> = {
  IDENT: 'a name',
  INT: 'a number',
  DURATION: 'a duration',
  STRING: 'a string',
  RAW_STRING: 'a raw string',
  EOF: 'the end of the file',
}

/**
 * The tokens of one file, read from left to right with one token of look-ahead: `current` is the one last taken, `next`
 * the one to come.
 */
export class TokenStream {
  readonly mode: Mode
  readonly path: string
  readonly diagnostics: Diagnostic[] = []
  readonly #scan: Scan
  #index = 0

  constructor(path: string, scan: Scan, mode: Mode) {
    this.mode = mode
    this.path = path
    this.#scan = scan
    if (mode === 'dialect') {
      for (const problem of scan.problems) this.diagnostics.push(this.#lexical(problem))
    }
  }

  get dialect(): boolean {
    return this.mode === 'dialect'
  }

  get current(): Token {
    return this.#token(this.#index)
  }

  get next(): Token {
    return this.#token(this.#index + 1)
  }

  /** True when the file ends with the token just taken. */
  get done(): boolean {
    return this.current.kind === 'EOF'
  }

  /** Whether the next token is one of these. */
  is(...wanted: readonly Wanted[]): boolean {
    return wanted.some((want) => matches(this.next, want))
  }

  /** Whether the next token follows the current one without a gap. */
  get adjacent(): boolean {
    return this.next.start.offset === this.current.end
  }

  /** Takes the next token, whatever it is. */
  advance(): Token {
    this.#index = Math.min(this.#index + 1, this.#scan.tokens.length - 1)
    this.checkLexical()
    return this.current
  }

  /** Takes the next token, which must be one of these. */
  take(...wanted: readonly Wanted[]): Token {
    this.expect(...wanted)
    return this.advance()
  }

  /** Fails unless the next token is one of these; takes nothing. */
  expect(...wanted: readonly Wanted[]): void {
    if (!this.is(...wanted)) this.failAt(this.next, wanted)
  }

  /** goctl reads one token ahead, so it stops at text that is no token before it looks at the token in hand. */
  checkLexical(): void {
    if (this.dialect) return
    const problem = this.#scan.problems[0]
    if (problem !== undefined && problem.token <= this.#index + 1) {
      throw new SyntaxFailure(this.#lexical(problem))
    }
  }

  /** Fails because `token` is none of these. `got` is how goctl calls it, by default its kind. */
  failAt(token: Token, wanted: readonly Wanted[], got: string = gotText(token)): never {
    const expected = wanted.map((want) =>
      this.dialect ? (names[want] ?? `'${want}'`) : `'${want}'`,
    )
    const shown = this.dialect ? shownText(token) : `'${got}'`
    const separator = this.dialect ? ', ' : ' | '
    const near =
      token.kind === 'IDENT' && this.dialect ? nearestName(token.text, wanted) : undefined
    this.fail(
      token,
      `expected ${expected.join(separator)}, got ${shown}`,
      near === undefined ? undefined : `did you mean '${near}'?`,
    )
  }

  /** Fails at a token with a message of its own. */
  fail(token: Token, message: string, hint?: string): never {
    if (this.dialect && token.kind === 'error') throw new SyntaxFailure(undefined)
    const atEnd = token.kind === 'EOF'
    if (this.dialect && atEnd && this.#endsUnclosed()) throw new SyntaxFailure(undefined)
    const start = atEnd ? this.#afterCurrent() : token.start
    const end = atEnd ? start.offset : token.end
    throw new SyntaxFailure({
      ...this.#base('syntax'),
      message,
      start,
      end,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  /** Whether what is missing stands in the text, in a string or a comment that is never closed: that has been said. */
  #endsUnclosed(): boolean {
    return this.#scan.problems.some(({ start }) => start.offset >= this.current.end)
  }

  /** Fails in the words of goctl's scanner, which leave out "syntax error". */
  failPlainly(token: Token, message: string): never {
    throw new SyntaxFailure({
      ...this.#base('lexical'),
      message,
      start: token.start,
      end: token.end,
    })
  }

  /**
   * Runs one rule. In the dialect a failure is recorded and the tokens up to the next place to resume are passed over;
   * in goctl's mode it goes up to the file, as goctl reports one syntax error a run. `begun` says that the rule's first
   * token has been taken, so that it may resume at the very next one.
   */
  attempt<T>(
    rule: () => T,
    resumesAt: (token: Token, previous: Token) => boolean,
    begun = false,
  ): T | undefined {
    const from = this.#index
    try {
      return rule()
    } catch (error) {
      if (!this.dialect || !(error instanceof SyntaxFailure)) throw error
      this.report(error)
      if (!begun && this.#index === from) this.advance()
      this.#skipUntil(resumesAt)
      return undefined
    }
  }

  /** Passes over tokens; braces opened on the way are closed before a closing one counts. */
  #skipUntil(resumesAt: (token: Token, previous: Token) => boolean): void {
    let depth = 0
    while (this.next.kind !== 'EOF') {
      const inner = this.next.kind === '}' && depth > 0
      if (!inner && resumesAt(this.next, this.current)) return
      if (inner) depth--
      if (this.next.kind === '{') depth++
      this.advance()
    }
  }

  /** Keeps what a failure said. */
  report(failure: SyntaxFailure): void {
    if (failure.diagnostic !== undefined) this.diagnostics.push(failure.diagnostic)
  }

  #lexical({ message, start, end, hint }: LexicalProblem): Diagnostic {
    return {
      ...this.#base('lexical'),
      message,
      start,
      end,
      ...(hint === undefined ? {} : { hint }),
    }
  }

  #base(form: Diagnostic['form']): Pick<Diagnostic, 'severity' | 'form' | 'file'> {
    return { severity: 'error', form, file: this.path }
  }

  /** goctl counts the bytes of the token, not its characters, and no lines in it. */
  #afterCurrent(): Position {
    const { start, text, end } = this.current
    if (!this.dialect) {
      const width = new TextEncoder().encode(text).length
      return { line: start.line, column: start.column + width, offset: end }
    }
    const [first = '', ...others] = text.split('\n')
    const last = others.at(-1)
    const column = last === undefined ? start.column + characters(first) : characters(last) + 1
    return { line: start.line + others.length, column, offset: end }
  }

  #token(index: number): Token {
    const { tokens } = this.#scan
    const token = tokens[Math.min(index, tokens.length - 1)]
    if (token === undefined) throw new RangeError('a scan has at least the token EOF')
    return token
  }
}

function matches(token: Token, want: Wanted): boolean {
  // Words are lower case, kinds are not, so an identifier called STRING is no string.
  return (
    token.kind === want ||
    (token.kind === 'IDENT' && token.text === want && want !== 'IDENT' && !kindsAsWords.has(want))
  )
}

const kindsAsWords: ReadonlySet<string> = new Set([
  'INT',
  'DURATION',
  'STRING',
  'RAW_STRING',
  'ILLEGAL',
  'EOF',
  'error',
])

function gotText(token: Token): string {
  return token.kind === 'ILLEGAL' ? token.text : token.kind
}

function shownText(token: Token): string {
  if (token.kind === 'STRING' || token.kind === 'RAW_STRING' || token.kind === 'EOF') {
    return names[token.kind] ?? token.kind
  }
  return `'${token.text}'`
}
