import { type Position } from './syntax/token.js'

/** How grave a diagnostic is: an error stops generation, a warning does not. */
export type Severity = 'error' | 'warning'

/** More diagnostics than this help nobody: reading ends there. */
export const mostDiagnostics = 1000

/**
 * One thing that is wrong with an `.api` file, and where.
 *
 * `form` says how goctl words it: `syntax` is "FILE L:C syntax error: MESSAGE", `lexical` "FILE L:C MESSAGE", `semantic`
 * "syntax error: FILE L:C MESSAGE", `duplicate` "duplicate declaration: FILE L:C MESSAGE", `bare` the message alone.
 */
export interface Diagnostic {
  readonly severity: Severity
  readonly form: 'syntax' | 'lexical' | 'semantic' | 'duplicate' | 'bare'
  readonly message: string
  /** Path of the file, as it was given or imported. */
  readonly file: string
  readonly start: Position
  /** Offset just after the text in question; never before `start.offset`. */
  readonly end: number
  /** What was probably meant, such as a word spelt almost right. */
  readonly hint?: string
}

/**
 * The diagnostic in goctl 1.10's own words: one line, without hint and source line.
 *
 * @example goctlText(diagnostic) // "user.api 4:7 expected '@doc' | '@handler' | '@server', got '@jwt'"
 */
export function goctlText(diagnostic: Diagnostic): string {
  const { file, start, message } = diagnostic
  const place = `${baseName(file)} ${String(start.line)}:${String(start.column)}`
  switch (diagnostic.form) {
    case 'syntax':
      return throughPrintf(`${place} syntax error: ${message}`)
    case 'lexical':
      return throughPrintf(`${place} ${message}`)
    case 'semantic':
      return `syntax error: ${place} ${message}`
    case 'duplicate':
      return `duplicate declaration: ${place} ${message}`
    case 'bare':
      return message
  }
}

/** A longer source line is not shown: it would hide the message. */
const longestShown = 400

/**
 * The diagnostic for a person: place, message, hint, the source line and a caret under the place.
 *
 * @example renderDiagnostic(diagnostic, text) // "user.api:3:20: error: expected …\n  3 | post /x (A) retruns (B)\n …"
 */
export function renderDiagnostic(diagnostic: Diagnostic, text: string): string {
  const { file, start, message, severity, hint } = diagnostic
  const meant = hint === undefined ? '' : ` (${hint})`
  const first = `${file}:${String(start.line)}:${String(start.column)}: ${severity}: ${message}${meant}`
  const lineStart = start.offset === 0 ? 0 : text.lastIndexOf('\n', start.offset - 1) + 1
  const lineEnd = text.indexOf('\n', start.offset)
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd).replace(/\r$/, '')
  if (line.trim() === '' || line.length > longestShown) return first
  const margin = `  ${String(start.line)} | `
  const indent = text.slice(lineStart, start.offset).replace(/[^\t]/gu, ' ')
  const inLine = Math.min(diagnostic.end, lineStart + line.length) - start.offset
  const marks = '^'.repeat(Math.max(1, characters(text.slice(start.offset, start.offset + inLine))))
  return `${first}\n${margin}${line}\n${' '.repeat(margin.length - 2)}| ${indent}${marks}`
}

/** The last segment of a path, whichever slash it is written with. */
function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

/** goctl hands what its parser says to Go's printf as the format, which shows when the text holds a percent sign. */
function throughPrintf(text: string): string {
  return text.replace(/%[-+# 0]*\d*(?:\.\d*)?(.?)/gsu, (_, verb: string) => {
    if (verb === '%') return '%'
    return verb === '' ? '%!(NOVERB)' : `%!${verb}(MISSING)`
  })
}

/** The number of characters in a text, one beyond the basic plane counted once. */
export function characters(text: string): number {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ' ').length
}
