import { AuthError, ConfigError } from '../core/index.js'
import { readArguments, type Arguments } from './arguments.js'
import { badUsage, CommandError, type FailureCode } from './command-error.js'
import type { Answer, Command } from './command.js'
import { commandHelp, commonOptions, overview } from './help.js'
import type { Io } from './io.js'
import { printable } from './printable.js'
import { nearestName } from './suggest.js'

/** A failure as it is printed. */
interface Failure {
  readonly exitCode: FailureCode
  readonly code: string
  readonly message: string
  readonly claim?: string
}

/**
 * Runs one command line and answers with its exit code: 0 good, 1 refused, 2 bad usage. Nothing is thrown, and no stack
 * trace is printed.
 *
 * @example process.exitCode = await run(commands, process.argv.slice(2), systemIo())
 */
export async function run(
  commands: readonly Command[],
  argv: readonly string[],
  io: Io,
): Promise<0 | FailureCode> {
  try {
    const [first, ...rest] = argv
    if (first === '--version') return print(io, io.version)
    if (first === '--help' || first === '-h') return print(io, overview(commands))
    if (first === 'help') return print(io, helpOn(commands, rest[0]))
    if (first === undefined) throw badUsage('names no command; see jotgate --help')
    return await runCommand(findCommand(commands, first), rest, io)
  } catch (error) {
    return fail(failureOf(error), argv, io)
  }
}

async function runCommand(command: Command, argv: readonly string[], io: Io): Promise<0 | 1> {
  const given = readArguments(argv, { ...command.options, ...commonOptions })
  if (given.flag('help')) return print(io, commandHelp(command))
  checkOperands(command, given)
  const answer: Answer = await command.run(given, io)
  print(io, given.flag('json') ? JSON.stringify(answer.json, null, 2) : answer.text)
  if (answer.refusal === undefined) return 0
  io.stderr(`${printable(answer.refusal)}\n`)
  return 1
}

function print(io: Io, text: string): 0 {
  io.stdout(`${text}\n`)
  return 0
}

function helpOn(commands: readonly Command[], name: string | undefined): string {
  return name === undefined ? overview(commands) : commandHelp(findCommand(commands, name))
}

function findCommand(commands: readonly Command[], name: string): Command {
  const found = commands.find((command) => command.name === name)
  if (found) return found
  const names = commands.map((command) => command.name)
  const near = nearestName(name, names)
  const hint = near === undefined ? 'see jotgate --help' : `did you mean "${near}"?`
  throw badUsage(`the first argument is not a command; ${hint}`)
}

function checkOperands(command: Command, { operands }: Arguments): void {
  const [least, most] = command.operands
  if (operands.length >= least && operands.length <= most) return
  const problem = operands.length < least ? 'needs an argument more' : 'has an argument too many'
  throw badUsage(`${problem}; usage: jotgate ${command.name} ${command.usage}`)
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return error
  if (error instanceof AuthError) {
    const { code, message, claim } = error
    return { exitCode: 1, code, message, ...(claim === undefined ? {} : { claim }) }
  }
  if (error instanceof ConfigError) return badUsage(error.message)
  // The message of a fault that nobody foresaw may quote what it was given.
  const name = error instanceof Error ? error.name : 'fault'
  return badUsage(`ended with an unforeseen ${name}; this is a mistake in jotgate`)
}

function fail(failure: Failure, argv: readonly string[], io: Io): FailureCode {
  const { exitCode, code, message, claim } = failure
  io.stderr(`${code === 'USAGE' ? 'jotgate' : code}: ${printable(message)}\n`)
  if (argv.includes('--json')) {
    const json = { ok: false, code, message, ...(claim === undefined ? {} : { claim }) }
    io.stdout(`${JSON.stringify(json, null, 2)}\n`)
  }
  return exitCode
}
