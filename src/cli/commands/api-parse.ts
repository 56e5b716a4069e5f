import type { ApiSpec } from '../../api-spec/index.js'
import { madeOf, modeOf, modeOption, readProject } from '../api-project.js'
import { alignColumns } from '../align-columns.js'
import type { Arguments } from '../arguments.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'
import { printable } from '../printable.js'

/** Reads an `.api` file and prints what it says. */
export const apiParse: Command = {
  name: 'api parse',
  summary: 'read an .api file and print its routes, or its spec with --json',
  usage: '[--mode goctl] FILE|-',
  options: modeOption,
  operands: [1, 1],
  notes: ['With --json: groups, info, service and types, in the shape that goctl has them.'],
  examples: ['jotgate api parse user.api', 'jotgate api parse --json --mode goctl user.api'],
  run: runParse,
}

async function runParse(given: Arguments, io: Io): Promise<Answer> {
  const project = await readProject(given.operands[0] ?? '', { io, mode: modeOf(given) })
  return madeOf(project, (spec) => ({ text: printable(routeTable(spec)), json: spec }))
}

function routeTable({ service, groups, types }: ApiSpec): string {
  const rows = groups.flatMap(({ annotation, routes }) =>
    routes.map(({ method, path, handler }) => {
      const whole = `/${annotation?.['prefix'] ?? ''}/${path}`.replaceAll(/\/+/g, '/')
      return [method, whole, guardsOf(annotation ?? {}), handler]
    }),
  )
  const counts = `routes: ${String(rows.length)}, types: ${String(types.length)}`
  return [`${service === '' ? 'no service' : service} (${counts})`, ...alignColumns(rows)].join(
    '\n',
  )
}

/** What a call must bring: a token of the guards, with scopes and roles, and where it may be. */
function guardsOf({
  jwt,
  jwtTransition,
  scopes,
  roles,
  tokenFrom,
}: Readonly<Record<string, string>>): string {
  const guards = [jwt, jwtTransition].filter(Boolean)
  if (guards.length === 0) return 'open'
  const demands = Object.entries({ scopes, roles, 'token from': tokenFrom }).flatMap(
    ([key, value]) => (value === undefined ? [] : [`${key} ${namesOf(value)}`]),
  )
  return [`jwt ${guards.join(', ')}`, ...demands].join('; ')
}

function namesOf(value: string): string {
  return value
    .split(',')
    .map((name) => name.trim())
    .join(', ')
}
