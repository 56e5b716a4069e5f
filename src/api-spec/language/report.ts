import { type Diagnostic } from './diagnostic.js'
import { type SourceFile } from './syntax/ast.js'
import { type Mode } from './syntax/text-cursor.js'
import { type Token } from './syntax/token.js'

/** What a check says about one token. */
export interface Finding {
  readonly message: string
  readonly form?: Diagnostic['form']
  readonly severity?: Diagnostic['severity']
  readonly hint?: string | undefined
}

/** Gathers what the checks find, each at its place. */
export interface Report {
  readonly mode: Mode
  readonly found: readonly Diagnostic[]
  at(file: SourceFile, token: Token, finding: Finding): void
  /** Forgets all but the first. */
  keepFirst(): void
}

/**
 * A report for one run. In goctl's mode a token with comments above it is reported where the first of them starts, as
 * goctl does.
 *
 * @example report.at(file, name, { form: 'duplicate', message: 'duplicate type expression' })
 */
export function createReport(mode: Mode): Report {
  const found: Diagnostic[] = []
  return {
    mode,
    found,
    at(file, token, { message, form = 'semantic', severity = 'error', hint }) {
      const comment = mode === 'goctl' ? token.head[0] : undefined
      const start = comment?.start ?? token.start
      const end = comment === undefined ? token.end : start.offset + comment.text.length
      found.push({
        severity,
        form,
        message,
        file: file.path,
        start,
        end,
        ...(hint === undefined ? {} : { hint }),
      })
    },
    keepFirst() {
      found.splice(1)
    },
  }
}
