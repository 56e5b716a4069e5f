import {
  type ApiSpec,
  generate,
  routeGuards,
  type RouteGuard,
  toOpenApi,
} from '../../api-spec/index.js'
import { alignColumns } from '../align-columns.js'
import { diagnosticRows, madeOf, modeOf, modeOption, readProject } from '../api-project.js'
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
    'Then each route with its guard, the entries of the configuration that have its secrets, and where its token may be.',
    'What is found goes to the standard error. Warnings alone are no reason for exit code 1.',
  ],
  examples: ['jotgate api check user.api', 'jotgate api check --json user.api'],
  run: runCheck,
}

async function runCheck(given: Arguments, io: Io): Promise<Answer> {
  const project = await readProject(given.operands[0] ?? '', { io, mode: modeOf(given) })
  return madeOf(project, (spec) => {
    const { diagnostics } = project.result
    const found = diagnostics.length === 0 ? '' : `; warnings: ${String(diagnostics.length)}`
    const guards = project.mode === 'dialect' ? guardsOf(spec) : []
    return {
      text: printable([`no errors${found}`, ...guardTable(guards)].join('\n')),
      json: { ok: true, diagnostics: diagnosticRows(diagnostics), routes: guards },
    }
  })
}

/** Who guards what. A file of types alone, which others import, has nothing to guard; any other must be fit to be made. */
function guardsOf(spec: ApiSpec): readonly RouteGuard[] {
  if (spec.service === '') return []
  generate(spec)
  toOpenApi(spec)
  return routeGuards(spec)
}

/** Route, guard, secrets, ways: one line each. */
function guardTable(guards: readonly RouteGuard[]): readonly string[] {
  return alignColumns(
    guards.map(({ method, path, guard, secrets, ways, optional }) => [
      method,
      path,
      `${guard ?? 'open'}${optional ? ', or no token' : ''}`,
      secrets.join(', '),
      ways.join(' or '),
    ]),
  )
}
