import { code, isHighSurrogate } from './characters.js'
import { type Position } from './token.js'

/** `goctl` reads exactly what goctl 1.10 reads, slips included; `dialect` reads more, and says more when it can't. */
export type Mode = 'goctl' | 'dialect'

/** A place in a text that knows its line and column, counting each character beyond the basic plane once. */
export class TextCursor {
  readonly text: string
  readonly mode: Mode
  /** Where reading ends: goctl takes a NUL character for the end of the file. */
  readonly limit: number
  #at = 0
  #line = 1
  /** Offset of the line's first character, moved on by one for each surrogate pair passed on the line. */
  #lineStart = 0

  constructor(text: string, mode: Mode) {
    this.text = text
    this.mode = mode
    const nul = mode === 'goctl' ? text.indexOf('\0') : -1
    this.limit = nul < 0 ? text.length : nul
    if (mode === 'dialect' && text.startsWith('\ufeff')) this.#at = this.#lineStart = 1
  }

  get at(): number {
    return this.#at
  }

  get done(): boolean {
    return this.#at >= this.limit
  }

  position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1, offset: this.#at }
  }

  /** Passes one blank, which may be a line feed. */
  passBlank(): void {
    if (this.text.charCodeAt(this.#at) === code.newline) this.#newLine(this.#at)
    this.#at++
  }

  /** Moves to `end`. goctl counts no lines inside strings and comments, so its mode doesn't either. */
  moveTo(end: number): void {
    for (let i = this.#at; i < end; i++) {
      const unit = this.text.charCodeAt(i)
      if (unit === code.newline && this.mode === 'dialect') this.#newLine(i)
      else if (isHighSurrogate(unit) && i + 1 < end) this.#lineStart++
    }
    this.#at = end
  }

  #newLine(at: number): void {
    this.#line++
    this.#lineStart = at + 1
  }
}
