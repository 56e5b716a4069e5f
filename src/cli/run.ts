import { AuthError, ConfigError } from '../foundation/errors.js'
import { readArguments, type Arguments } from './arguments.js'
import { badUsage, CommandError, type FailureCode } from './command-error.js'
import type { Answer, Command } from './command.js'
import { findCommand, type Found } from './find-command.js'
import { commandHelp, commonOptions, overview } from './help.js'
import type { Io } from './io.js'
import { printable } from './printable.js'

/** A failure in printable form. */
interface Failure {
  readonly exitCode: FailureCode
  readonly code: string
  readonly message: string
  readonly claim?: string
}

/**
 * Runs one command line and returns its exit code: 0 success, 1 refused, 2 wrong usage. It never throws and prints no
 * stack trace.
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
    if (first === 'help') return print(io, helpOn(commands, rest))
    if (first === undefined) throw badUsage('names no command; see jotgate --help')
    return await runFound(findCommand(commands, argv), io)
  } catch (error) {
    return fail(failureOf(error), argv, io)
  }
}

async function runFound(found: Found, io: Io): Promise<0 | 1> {
  if (found.kind === 'group') return print(io, overview(found.commands))
  const { command, rest } = found
  const given = readArguments(rest, { ...command.options, ...commonOptions })
  if (given.flag('help')) return print(io, commandHelp(command))
  checkOperands(command, given)
  const answer = await command.run(given, io)
  return answer ? printAnswer(answer, given.flag('json'), io) : 0
}

function printAnswer({ text, json, refusal, notice }: Answer, asJson: boolean, io: Io): 0 | 1 {
  const output = asJson ? JSON.stringify(json, null, 2) : text
  if (output !== '') print(io, output)
  if (notice !== undefined) io.stderr(`${printable(notice)}\n`)
  if (refusal === undefined) return 0
  io.stderr(`${printable(refusal)}\n`)
  return 1
}

function print(io: Io, text: string): 0 {
  io.stdout(`${text}\n`)
  return 0
}

function helpOn(commands: readonly Command[], words: readonly string[]): string {
  if (words.length === 0) return overview(commands)
  const found = findCommand(commands, [...words, '--help'])
  return found.kind === 'group' ? overview(found.commands) : commandHelp(found.command)
}

function checkOperands(command: Command, { operands }: Arguments): void {
  const [least, most] = command.operands
  if (operands.length >= least && operands.length <= most) return
  const problem = operands.length < least ? 'needs one more argument' : 'has too many arguments'
  throw badUsage(`${problem}; usage: jotgate ${command.name} ${command.usage}`)
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return error
  if (error instanceof AuthError) {
    const { code, message, claim } = error
    return { exitCode: 1, code, message, ...(claim === undefined ? {} : { claim }) }
  }
  if (error instanceof ConfigError) return badUsage(error.message)
  // The message of an unexpected error may quote an argument.
  const name = error instanceof Error ? error.name : 'fault'
  return badUsage(`failed with an unexpected ${name}; this is a bug in jotgate`)
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
