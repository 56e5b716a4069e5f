import { normalize } from 'node:path'
import {
  ApiSpecError,
  parseApi,
  placeInText,
  renderAsGoctl,
  renderDiagnostics,
  type ApiSpec,
  type Diagnostic,
  type Mode,
  type ParseResult,
} from '../api-spec/index.js'
import type { Arguments } from './arguments.js'
import { badUsage, CommandError } from './command-error.js'
import type { Answer } from './command.js'
import type { Io } from './io.js'
import type { OptionSpecs } from './option-spec.js'
import { readText, whyUnreadable } from './read-input.js'

/** The option of commands on `.api` files that can read them as goctl does. */
export const modeOption = {
  mode: {
    kind: 'text',
    value: 'MODE',
    help: 'dialect (default), or goctl: as goctl 1.10 reads it',
  },
} as const satisfies OptionSpecs

/** An `.api` file with its imports, read and checked. */
export interface ApiProject {
  /** As messages call it. */
  readonly file: string
  readonly mode: Mode
  readonly result: ParseResult
}

/** How {@link readProject} reads; `seen` gets the text of every file looked for, undefined where there is none. */
export interface ProjectOptions {
  readonly io: Io
  readonly mode?: Mode
  readonly seen?: Map<string, string | undefined>
}

/**
 * The mode that `--mode` names.
 *
 * @throws CommandError with exit code 2
 */
export function modeOf(given: Arguments): Mode {
  const mode = given.text('mode') ?? 'dialect'
  if (mode === 'dialect' || mode === 'goctl') return mode
  throw badUsage('--mode: is dialect or goctl')
}

/**
 * Refuses `--mode goctl` where something is made that guards.
 *
 * @throws CommandError with exit code 2
 */
export function refuseGoctl(given: Arguments): void {
  if (modeOf(given) === 'dialect') return
  throw badUsage(
    '--mode: goctl lets pass what would leave routes open, such as a misspelt jwt; read as dialect',
  )
}

/**
 * Reads an `.api` file, or the standard input for `-`, and what it imports: paths are relative to the file that names
 * them.
 *
 * @throws CommandError with exit code 2 when the file itself cannot be read
 * @example const { result } = await readProject('user.api', { io })
 */
export async function readProject(
  operand: string,
  { io, mode = 'dialect', seen = new Map() }: ProjectOptions,
): Promise<ApiProject> {
  const { file, text } = await readApiFile(operand, io, seen)
  const read = (path: string): string | undefined => {
    const imported = readImport(path, io)
    seen.set(path, imported)
    return imported
  }
  return { file, mode, result: parseApi(text, { file, mode, read }) }
}

/**
 * The text of an `.api` file and its path as messages call it.
 *
 * @throws CommandError with exit code 2
 */
export async function readApiFile(
  operand: string,
  io: Io,
  seen = new Map<string, string | undefined>(),
): Promise<{ readonly file: string; readonly text: string }> {
  if (operand === '-') return { file: 'stdin.api', text: await readText('-', io, 'FILE') }
  const file = normalize(operand)
  seen.set(file, undefined)
  try {
    const text = io.readSource(file)
    seen.set(file, text)
    return { file, text }
  } catch (error) {
    throw badUsage(`FILE: ${whyUnreadable(error)}`)
  }
}

function readImport(path: string, io: Io): string | undefined {
  try {
    return io.readSource(path)
  } catch (error) {
    if (error instanceof CommandError) throw badUsage(`FILE: an imported file ${error.message}`)
    return undefined // the parser says at which import
  }
}

/** Diagnostics for programs; lines and columns count from 1. */
export function diagnosticRows(diagnostics: readonly Diagnostic[]): readonly unknown[] {
  return diagnostics.map(({ severity, file, start, message, hint }) => {
    const { line, column } = start
    return { severity, file, line, column, message, ...(hint === undefined ? {} : { hint }) }
  })
}

/** What a command answers for a file with errors. */
export function refused(project: ApiProject): Answer {
  const { diagnostics } = project.result
  return {
    text: '',
    json: { ok: false, diagnostics: diagnosticRows(diagnostics) },
    refusal: problemsOf(project) ?? `${project.file}: cannot be read`,
  }
}

/** An answer with the warnings that remain beside it. */
function withWarnings(project: ApiProject, answer: Answer): Answer {
  const notice = problemsOf(project)
  return notice === undefined ? answer : { ...answer, notice }
}

/**
 * What is made of a project's spec: the file's errors when it has any, and why when it is of no use for this.
 *
 * @example madeOf(project, (spec) => { const document = toOpenApi(spec); … })
 */
export async function madeOf(
  project: ApiProject,
  make: (spec: ApiSpec) => Answer | Promise<Answer>,
): Promise<Answer> {
  const { result } = project
  if (!result.ok) return refused(project)
  try {
    return withWarnings(project, await make(result.spec))
  } catch (error) {
    if (!(error instanceof ApiSpecError)) throw error
    return refusedLater(project, error)
  }
}

/** The refusal of what makes something of a spec, at its place in the text where it has one. */
function refusedLater({ file, result }: ApiProject, { message, place }: ApiSpecError): Answer {
  const at = place === undefined ? undefined : placeInText(result.files, place)
  if (at === undefined) {
    const problem = { severity: 'error', file, message }
    const refusal = `${file}: error: ${message}`
    return { text: '', json: { ok: false, diagnostics: [problem] }, refusal }
  }
  const diagnostics: Diagnostic[] = [{ ...at, severity: 'error', form: 'semantic', message }]
  return {
    text: '',
    json: { ok: false, diagnostics: diagnosticRows(diagnostics) },
    refusal: renderDiagnostics({ diagnostics, files: result.files }),
  }
}

/** Everything wrong, in the mode's words; undefined when there is nothing. */
function problemsOf({ mode, result }: ApiProject): string | undefined {
  if (result.diagnostics.length === 0) return undefined
  return mode === 'goctl' ? renderAsGoctl(result) : renderDiagnostics(result)
}
