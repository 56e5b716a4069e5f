import { buildSpec } from './analysis/build-spec.js'
import {
  checkImports,
  checkInfo,
  checkTypeNames,
  checkTypeReferences,
  type Check,
} from './analysis/check-declarations.js'
import { checkRoutes } from './analysis/check-routes.js'
import {
  checkAnnotations,
  checkDemands,
  checkGuards,
  checkOptional,
  checkTags,
} from './analysis/check-dialect.js'
import { checkAddresses } from './analysis/check-addresses.js'
import { checkDefaults } from './analysis/check-defaults.js'
import { checkFiles } from './analysis/check-files.js'
import { checkMembers } from './analysis/check-members.js'
import { checkPaths } from './analysis/check-paths.js'
import { type Diagnostic, goctlText, mostDiagnostics, renderDiagnostic } from './diagnostic.js'
import { loadProject, type Project, type ReadImport } from './load.js'
import { funcOr, oneOf, type OptionTable, readOptions, text } from '../../foundation/options.js'
import { createReport, type Report } from './report.js'
import { type ApiSpec } from './spec.js'
import { type SourceFile } from './syntax/ast.js'
import { type Mode } from './syntax/text-cursor.js'

/** How {@link parseApi} reads. */
export interface ParseOptions {
  /** The file's path, for messages and for resolving imports. Default `main.api`. */
  readonly file?: string
  /** `goctl` accepts and says exactly what goctl 1.10 does; `dialect` is documented in docs/api-language.md. Default `dialect`. */
  readonly mode?: Mode
  /** Gives the text of an imported file by its path. Default: there is none, so that an import is an error. */
  readonly read?: ReadImport
}

/** What a file came to. `ok` is true when there is no error; warnings may remain. */
export type ParseResult = (
  { readonly ok: true; readonly spec: ApiSpec } | { readonly ok: false; readonly spec?: undefined }
) & {
  readonly diagnostics: readonly Diagnostic[]
  /** Every file read, the one given first. */
  readonly files: readonly SourceFile[]
}

/** Options of `parseApi`. */
export const parseTable = {
  file: text({ default: 'main.api' }),
  mode: oneOf<Mode>(['dialect', 'goctl'], { default: 'dialect' }),
  read: funcOr<NonNullable<ParseOptions['read']>>(() => undefined),
} satisfies OptionTable<keyof ParseOptions>

const checks: readonly Check[] = [
  checkImports,
  checkInfo,
  checkTypeNames,
  checkRoutes,
  checkTypeReferences,
]

/**
 * Reads an `.api` file and what it imports, checks it, and gives its spec. Pure and total: it reads no file but through
 * `read`, and never throws on any text.
 *
 * @throws ConfigError for an unknown option or mode
 * @example
 * const result = parseApi(text, { file: 'user.api' })
 * if (!result.ok) console.error(renderDiagnostics(result))
 */
export function parseApi(source: string, options: ParseOptions = {}): ParseResult {
  const { file: path, mode, read } = readOptions('parseApi', parseTable, options)
  const { project, diagnostics } = loadProject({ path, text: source }, { mode, read })
  const { files } = project
  // After a syntax error names may be missing only because their declaration could not be read.
  if (diagnostics.some(isError))
    return { ok: false, diagnostics: diagnostics.slice(0, mostDiagnostics), files }
  const report = createReport(mode)
  const spec = mode === 'goctl' ? asGoctl(project, report) : inFull(project, report)
  const found = [...diagnostics, ...report.found]
  const shown = found.slice(0, mostDiagnostics)
  if (spec === undefined || found.some(isError)) return { ok: false, diagnostics: shown, files }
  return { ok: true, spec, diagnostics: shown, files }
}

/**
 * Everything wrong with a file, for a person: place, message, source line and caret for each.
 *
 * @example console.error(renderDiagnostics(parseApi(text)))
 */
export function renderDiagnostics(result: Pick<ParseResult, 'diagnostics' | 'files'>): string {
  const texts = new Map(result.files.map((file) => [file.path, file.text]))
  return result.diagnostics
    .map((diagnostic) => renderDiagnostic(diagnostic, texts.get(diagnostic.file) ?? ''))
    .join('\n')
}

/**
 * The same in goctl's words, for `mode: 'goctl'`: one line for each, as goctl prints them.
 *
 * @example renderAsGoctl(parseApi('foo bar', { mode: 'goctl', file: 'foo.api' }))
 */
export function renderAsGoctl(result: Pick<ParseResult, 'diagnostics'>): string {
  return result.diagnostics.map(goctlText).join('\n')
}

/** goctl's order: each check ends the run when it finds something. */
function asGoctl(project: Project, report: Report): ApiSpec | undefined {
  for (const check of checks) {
    check(project, report)
    if (report.found.length > 0) return undefined
  }
  const spec = buildSpec(project, report)
  // Of what a spec cannot hold goctl names only the first.
  report.keepFirst()
  return spec
}

function inFull(project: Project, report: Report): ApiSpec {
  for (const check of [
    ...checks,
    checkAnnotations,
    checkDemands,
    checkOptional,
    checkGuards,
    checkTags,
    checkDefaults,
    checkFiles,
  ])
    check(project, report)
  const spec = buildSpec(project, report)
  checkPaths(project, spec, report)
  checkMembers(project, spec, report)
  checkAddresses(project, spec, report)
  return spec
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error'
}
