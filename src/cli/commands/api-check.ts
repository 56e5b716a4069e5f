import { routeGuards, type RouteGuard } from '../../api-spec/index.js'
import { alignColumns } from '../align-columns.js'
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
import { printable } from '../printable.js'

/** Says everything that is wrong with an `.api` file. */
export const apiCheck: Command = {
  name: 'api check',
  summary: 'say what is wrong with an .api file, warnings too',
  usage: '[--mode goctl] FILE|-',
  options: modeOption,
  operands: [1, 1],
  notes: [
    'Then each route with its guard, and the entries of the configuration that have its secrets.',
    'What is found goes to the standard error. Warnings alone are no reason for exit code 1.',
  ],
  examples: ['jotgate api check user.api', 'jotgate api check --json user.api'],
  run: runCheck,
}

async function runCheck(given: Arguments, io: Io): Promise<Answer> {
  const project = await readProject(given.operands[0] ?? '', { io, mode: modeOf(given) })
  const { ok, diagnostics, spec } = project.result
  if (!ok) return refused(project)
  const found = diagnostics.length === 0 ? '' : `; warnings: ${String(diagnostics.length)}`
  // goctl's mode lets pass what no guard can be made of.
  const guards = project.mode === 'dialect' ? routeGuards(spec) : []
  return withWarnings(project, {
    text: printable([`no errors${found}`, ...guardTable(guards)].join('\n')),
    json: { ok: true, diagnostics: diagnosticRows(diagnostics), routes: guards },
  })
}

/** Route, guard, secrets: one line each. */
function guardTable(guards: readonly RouteGuard[]): readonly string[] {
  return alignColumns(
    guards.map(({ method, path, guard, secrets }) => [
      method,
      path,
      guard ?? 'open',
      secrets.join(', '),
    ]),
  )
}
