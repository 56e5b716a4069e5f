import {
  diagnosticRows,
  modeOf,
  modeOption,
  readProject,
  refused,
  withWarnings,
} from '../api-project.js'
import type { Arguments } from '../arguments.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'

/** Says everything that is wrong with an `.api` file. */
export const apiCheck: Command = {
  name: 'api check',
  summary: 'say what is wrong with an .api file, warnings too',
  usage: '[--mode goctl] FILE|-',
  options: modeOption,
  operands: [1, 1],
  notes: [
    'What is found goes to the standard error. Warnings alone are no reason for exit code 1.',
  ],
  examples: ['jotgate api check user.api', 'jotgate api check --json user.api'],
  run: runCheck,
}

async function runCheck(given: Arguments, io: Io): Promise<Answer> {
  const project = await readProject(given.operands[0] ?? '', { io, mode: modeOf(given) })
  const { ok, diagnostics } = project.result
  if (!ok) return refused(project)
  const found = diagnostics.length === 0 ? '' : `; warnings: ${String(diagnostics.length)}`
  return withWarnings(project, {
    text: `no errors${found}`,
    json: { ok: true, diagnostics: diagnosticRows(diagnostics) },
  })
}
