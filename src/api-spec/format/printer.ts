import { type Comment, type Token } from '../language/syntax/token.js'

/** What stands before a token: nothing, a blank, a new line, or a new line that keeps one empty line of the source. */
export type Gap = 'none' | 'space' | 'line' | 'paragraph'

/**
 * Writes tokens with their comments exactly where they belong, so that reading the result attaches them to the same
 * tokens: those before a token stand on lines of their own, those after it on its line.
 */
export class Printer {
  readonly #lines: string[] = []
  #line = ''
  #depth = 0
  /** The depth at which the line in hand was begun. */
  #lineDepth = 0
  /** A comment to the end of the line has been written: nothing may follow on it. */
  #closed = false
  /** The line of the source where what was last written ends. */
  #sourceLine = 0

  /** Writes a token. A row of aligned cells goes out as one token, whose comments after it are those of the row's last. */
  token(token: Token, gap: Gap, row?: { readonly text: string; readonly last: Token }): void {
    if (token.head.length > 0) this.#heads(token, gap)
    else if (gap === 'line' || gap === 'paragraph') this.#startLine(gap, token.start.line)
    else if (this.#closed) this.#breakLine()
    else if (gap === 'space' || this.#line.endsWith('*/'))
      this.#line += this.#line === '' ? '' : ' '
    const last = row?.last ?? token
    this.#line += row?.text ?? token.text
    this.#sourceLine = endLine(last)
    for (const comment of last.tail) this.#tail(comment)
  }

  /** Writes what `body` writes one level deeper. */
  indented(body: () => void): void {
    this.#depth++
    body()
    this.#depth--
  }

  /** Writes comments that belong to no token, such as those at the end of the file. */
  comments(comments: readonly Comment[]): void {
    for (const comment of comments) this.#headComment(comment, 'paragraph')
  }

  /** An empty line, unless there is one already or nothing has been written. */
  emptyLine(): void {
    this.#flush()
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('')
    this.#sourceLine = Infinity
  }

  /** The text written, ending in one line feed. */
  finish(): string {
    this.#flush()
    while (this.#lines.at(-1) === '') this.#lines.pop()
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n`
  }

  #heads(token: Token, gap: Gap): void {
    let first = true
    for (const comment of token.head) {
      this.#headComment(comment, first && gap !== 'paragraph' ? 'line' : 'paragraph')
      first = false
    }
    this.#startLine('paragraph', token.start.line)
  }

  #headComment(comment: Comment, gap: 'line' | 'paragraph'): void {
    this.#startLine(gap, comment.start.line)
    this.#line += comment.text
    this.#sourceLine = endLine(comment)
  }

  #tail(comment: Comment): void {
    if (this.#closed) this.#breakLine()
    this.#line += ` ${comment.text}`
    this.#closed = comment.kind === 'COMMENT'
    this.#sourceLine = endLine(comment)
  }

  #startLine(gap: 'line' | 'paragraph', sourceLine: number): void {
    this.#flush()
    const opened = this.#lines.length === 0 || this.#lines.at(-1) === ''
    if (gap === 'paragraph' && sourceLine > this.#sourceLine + 1 && !opened) this.#lines.push('')
    this.#lineDepth = this.#depth
  }

  /** A line that must end although the rule goes on: the rest stands deeper. */
  #breakLine(): void {
    this.#flush()
    this.#line = '\t'
  }

  #flush(): void {
    if (this.#line.trim() !== '') this.#lines.push('\t'.repeat(this.#lineDepth) + this.#line)
    this.#line = ''
    this.#closed = false
  }
}

function endLine({ text, start }: Token | Comment): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return start.line + lines
}
