import { mostDiagnostics } from '../diagnostic.js'
import { nearestName } from '../../../foundation/names.js'
import { code, isBlank, isDigit, isLetter, startsWord } from './characters.js'
import { endOfDuration } from './duration.js'
import { type Mode, TextCursor } from './text-cursor.js'
import { type Comment, type Position, type Token, type TokenKind } from './token.js'

/** Text that is no token. `token` is the index of the `error` token that stands for it, or of the one it was taken for. */
export interface LexicalProblem {
  readonly token: number
  readonly message: string
  readonly start: Position
  readonly end: number
  readonly hint?: string
}

/** A scanned file: tokens up to and including `EOF`, comments attached, and what could not be read. */
export interface Scan {
  readonly tokens: readonly Token[]
  readonly problems: readonly LexicalProblem[]
}

const marks = '(){}[],;:=-/.*'
const atWords: Readonly<Record<Mode, readonly TokenKind[]>> = {
  goctl: ['@doc', '@handler', '@server'],
  dialect: ['@doc', '@handler', '@jwt', '@server'],
}
/** Shared by all tokens without comments, and therefore never pushed to. */
const noComments: Comment[] = []

/** A token whose tail comments are still being read. */
interface OpenToken extends Omit<Token, 'tail'> {
  tail: Comment[]
}

/**
 * Splits an `.api` file into tokens. Never throws: in `goctl` mode it stops at the first text that is no token, in
 * `dialect` mode it goes on after it.
 *
 * @example scan('get /x', 'dialect').tokens.map((token) => token.kind) // ['IDENT', '/', 'IDENT', 'EOF']
 */
export function scan(text: string, mode: Mode): Scan {
  return new Scanner(new TextCursor(text, mode)).run()
}

class Scanner {
  readonly #cursor: TextCursor
  readonly #text: string
  readonly #goctl: boolean
  readonly #tokens: OpenToken[] = []
  readonly #problems: LexicalProblem[] = []
  #head: Comment[] = []
  #stopped = false

  constructor(cursor: TextCursor) {
    this.#cursor = cursor
    this.#text = cursor.text
    this.#goctl = cursor.mode === 'goctl'
  }

  run(): Scan {
    while (!this.#stopped && !this.#cursor.done) this.#next()
    this.#push('EOF', this.#cursor.at, '')
    return { tokens: this.#tokens, problems: this.#problems }
  }

  #next(): void {
    const unit = this.#text.charCodeAt(this.#cursor.at)
    if (isBlank(unit)) this.#cursor.passBlank()
    else if (startsWord(unit)) this.#word()
    else if (isDigit(unit)) this.#number()
    else if (unit === code.slash) this.#slash()
    else if (unit === code.quote) this.#quoted('STRING', '"')
    else if (unit === code.backtick) this.#quoted('RAW_STRING', '`')
    else if (unit === code.at) this.#atWord()
    else this.#mark()
  }

  #word(): void {
    const from = this.#cursor.at
    let end = from + 1
    while (startsWord(this.#text.charCodeAt(end)) || isDigit(this.#text.charCodeAt(end))) end++
    if (end === from + 9 && this.#text.startsWith('interface{}', from)) {
      this.#push('interface{}', end + 2)
      return
    }
    this.#push('IDENT', end)
  }

  #number(): void {
    let end = this.#cursor.at + 1
    while (isDigit(this.#text.charCodeAt(end))) end++
    if (!'nµmsh'.includes(this.#text[end] ?? ' ')) {
      this.#push('INT', end)
      return
    }
    const duration = endOfDuration(this.#text, end)
    if ('end' in duration) {
      this.#push('DURATION', duration.end)
      return
    }
    this.#cursor.moveTo(duration.illegal)
    this.#illegal()
  }

  #mark(): void {
    const at = this.#cursor.at
    if (this.#text.startsWith('...', at)) {
      this.#push('...', at + 3)
      return
    }
    const mark = this.#text[at] ?? ''
    if (!marks.includes(mark)) {
      this.#illegal()
      return
    }
    // goctl drops the first of two dots.
    if (this.#goctl && this.#text.startsWith('..', at)) this.#cursor.moveTo(at + 1)
    // Every mark in the list is a kind, spelt alike.
    this.#push(mark as TokenKind, this.#cursor.at + 1)
  }

  #illegal(): void {
    const at = this.#cursor.at
    const character =
      at < this.#cursor.limit ? String.fromCodePoint(this.#text.codePointAt(at) ?? 0) : '\0'
    this.#push('ILLEGAL', Math.min(at + character.length, this.#cursor.limit), character)
  }

  #slash(): void {
    const second = this.#text.charCodeAt(this.#cursor.at + 1)
    if (second === code.slash) this.#lineComment()
    else if (second === code.star) this.#blockComment()
    else this.#mark()
  }

  #lineComment(): void {
    const { at, limit } = this.#cursor
    const newline = this.#text.indexOf('\n', at)
    const end = newline < 0 ? limit : Math.min(newline, limit)
    const text = this.#text.slice(at, end)
    this.#comment('COMMENT', end, this.#goctl ? text : text.trimEnd())
  }

  #blockComment(): void {
    const { at, limit } = this.#cursor
    const star = this.#text.indexOf('*', at + 2)
    // goctl ends a comment at the first slash after any star, however far apart the two are.
    const close = this.#goctl
      ? this.#text.indexOf('/', star + 1)
      : this.#text.indexOf('*/', at + 2) + 1
    const starred = star >= 0 && star < limit
    if (starred && close > star && close < limit) {
      this.#comment('DOCUMENT', close + 1, this.#text.slice(at, close + 1))
      return
    }
    const start = this.#cursor.position()
    this.#cursor.moveTo(limit)
    const missing = this.#goctl && starred ? '/' : '*'
    this.#problem(`expected '${missing}', got 'EOF'`, start, 'the comment is never closed')
  }

  #quoted(kind: 'STRING' | 'RAW_STRING', delimiter: '"' | '`'): void {
    const { at, limit } = this.#cursor
    const close = this.#text.indexOf(delimiter, at + 1)
    if (close >= 0 && close < limit) {
      this.#push(kind, close + 1)
      return
    }
    const start = this.#cursor.position()
    const newline = this.#text.indexOf('\n', at)
    // The dialect takes the rest of the line for the string, so that what follows is still read.
    if (this.#goctl || newline < 0) this.#cursor.moveTo(limit)
    else this.#push(kind, newline)
    this.#problem(`expected '${delimiter}', got 'EOF'`, start, 'the string is never closed')
  }

  #atWord(): void {
    const { at, mode } = this.#cursor
    let end = at + 1
    while (isLetter(this.#text.charCodeAt(end))) end++
    if (end === at + 1) {
      this.#loneAt()
      return
    }
    const word = this.#text.slice(at, end)
    const known = atWords[mode].find((kind) => kind === word)
    if (known !== undefined) {
      this.#push(known, end)
      return
    }
    const start = this.#cursor.position()
    // Beyond what is shown nobody reads the guess.
    const wanted = this.#problems.length < mostDiagnostics
    const meant = wanted ? nearestName(word, atWords[mode]) : undefined
    const near = atWords[mode].find((kind) => kind === meant)
    // A word spelt almost right is taken for what it was meant to be, so that one slip is one diagnostic.
    if (this.#goctl) this.#cursor.moveTo(end)
    else this.#push(near ?? 'error', end)
    const choices = atWords[mode].map((kind) => `'${kind}'`).join(' | ')
    const hint = near === undefined ? undefined : `did you mean '${near}'?`
    this.#problem(`expected ${choices}, got '${word}'`, start, hint)
  }

  #loneAt(): void {
    const next = this.#text.codePointAt(this.#cursor.at + 1)
    if (!this.#goctl) {
      this.#illegal()
      return
    }
    if (next !== undefined && next !== 0) {
      this.#problem(
        `expected 'IDENT', got '${String.fromCodePoint(next)}'`,
        this.#cursor.position(),
      )
      return
    }
    // At the end goctl reads the same character again and again; its parser looks at two before it gives up.
    this.#push('ILLEGAL', this.#cursor.at, '@')
    this.#push('ILLEGAL', this.#cursor.at, '@')
    this.#stopped = true
  }

  #comment(kind: Comment['kind'], end: number, text: string): void {
    const comment = { kind, text, start: this.#cursor.position() }
    const last = this.#tokens.at(-1)
    if (last?.start.line !== comment.start.line) this.#head.push(comment)
    else if (last.tail.length === 0) last.tail = [comment]
    else last.tail.push(comment)
    this.#cursor.moveTo(end)
  }

  #push(kind: TokenKind, end: number, text = this.#text.slice(this.#cursor.at, end)): void {
    const head: readonly Comment[] = this.#head.length === 0 ? noComments : this.#head
    if (this.#head.length > 0) this.#head = []
    this.#tokens.push({ kind, text, start: this.#cursor.position(), end, head, tail: noComments })
    this.#cursor.moveTo(end)
  }

  /** goctl names the place where it noticed and stops; the dialect names where the text began and goes on. */
  #problem(message: string, start: Position, hint?: string): void {
    const place = this.#goctl ? this.#cursor.position() : start
    if (this.#goctl) this.#push('error', this.#cursor.at, '')
    this.#stopped = this.#goctl
    this.#problems.push({
      token: Math.max(0, this.#tokens.length - 1),
      message,
      start: place,
      end: Math.max(this.#cursor.at, place.offset),
      ...(hint === undefined ? {} : { hint }),
    })
  }
}
