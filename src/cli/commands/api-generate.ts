import { generate, type GenerateOptions } from '../../api-spec/index.js'
import { madeOf, modeOption, readProject, refuseGoctl } from '../api-project.js'
import type { Arguments } from '../arguments.js'
import { badUsage } from '../command-error.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'
import { printable } from '../printable.js'
import { nearestName } from '../../foundation/names.js'
import { watchApi } from '../watch-api.js'
import type { WrittenFile } from '../write-below.js'

const servers = ['fastify', 'fetch'] as const

/** Writes the guarded server and the typed client of an `.api` file. */
export const apiGenerate: Command = {
  name: 'api generate',
  summary: 'write the guarded server and the typed client of an .api file',
  usage:
    '--out DIR [--server fastify|fetch] [--client] [--gates config|own] [--int64 KIND] [--watch] FILE|-',
  options: {
    out: { kind: 'text', value: 'DIR', help: 'where to write; nothing is written elsewhere' },
    server: { kind: 'texts', value: 'NAME', help: 'fastify or fetch; repeatable' },
    client: { kind: 'flag', help: 'the client' },
    gates: {
      kind: 'text',
      value: 'FROM',
      help: 'config (default): secrets; own: you hand them in',
    },
    int64: {
      kind: 'text',
      value: 'KIND',
      help: 'what int64 and uint64 are: number (default), bigint, string',
    },
    watch: { kind: 'flag', help: 'go on, and write again whenever a file changes' },
    mode: { ...modeOption.mode, help: 'dialect only' },
  },
  operands: [1, 1],
  notes: [
    'Without --server and --client: a Fastify server and a client. Handlers, middleware, services.ts and',
    'main.ts are yours: they are written where there are none, and kept from then on.',
    'With --watch one line tells of each time, with --json as one JSON document; an interrupt ends it.',
  ],
  examples: [
    'jotgate api generate --out src user.api',
    'jotgate api generate --out web/api --client --watch user.api',
  ],
  run: runGenerate,
}

async function runGenerate(given: Arguments, io: Io): Promise<Answer | undefined> {
  refuseGoctl(given)
  const operand = given.operands[0] ?? ''
  const folder = given.required('out')
  const wanted = wantedOf(given)
  const once = async (seen: Map<string, string | undefined>) => {
    const project = await readProject(operand, { io, seen })
    return madeOf(project, async (spec) =>
      report(await io.writeBelow(folder, generate(spec, wanted))),
    )
  }
  if (!given.flag('watch')) return once(new Map())
  if (operand === '-') throw badUsage('--watch: the standard input is not a file')
  await watchApi(once, { io, asJson: given.flag('json') })
  return undefined
}

function wantedOf(given: Arguments): GenerateOptions {
  const names = given.texts('server')
  const client = given.flag('client')
  const own = { gates: gatesOf(given), int64: int64Of(given) }
  if (names.length === 0 && !client) return own
  return { ...own, servers: names.map(toServer), client }
}

function int64Of(given: Arguments): 'number' | 'bigint' | 'string' {
  const kind = given.text('int64') ?? 'number'
  if (kind === 'number' || kind === 'bigint' || kind === 'string') return kind
  throw badUsage('--int64: is number, bigint or string')
}

function gatesOf(given: Arguments): 'config' | 'own' {
  const gates = given.text('gates') ?? 'config'
  if (gates === 'config' || gates === 'own') return gates
  throw badUsage('--gates: is config or own')
}

function toServer(name: string): (typeof servers)[number] {
  const found = servers.find((each) => each === name)
  if (found) return found
  const near = nearestName(name, servers)
  throw badUsage(
    `--server: ${near === undefined ? 'is fastify or fetch' : `did you mean ${near}?`}`,
  )
}

function report(files: readonly WrittenFile[]): Answer {
  const pathsOf = (outcome: WrittenFile['outcome']) =>
    files.filter((file) => file.outcome === outcome).map(({ path }) => path)
  const [written, kept, unchanged] = [pathsOf('written'), pathsOf('kept'), pathsOf('unchanged')]
  const counts = `${String(written.length)} written, ${String(kept.length)} kept, ${String(unchanged.length)} unchanged`
  const lines = [
    ...written.map((path) => `written  ${path}`),
    ...kept.map((path) => `kept     ${path}`),
    counts,
  ]
  return { text: printable(lines.join('\n')), json: { ok: true, written, kept, unchanged } }
}
