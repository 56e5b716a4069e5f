import { badUsage } from './command-error.js'
import type { Command } from './command.js'
import { nearestName } from '../foundation/names.js'

/** The beginning of a command line: a command and its arguments, or a group of commands to show help for. */
export type Found =
  | { readonly kind: 'command'; readonly command: Command; readonly rest: readonly string[] }
  | { readonly kind: 'group'; readonly commands: readonly Command[] }

/**
 * Finds the command of one or two words at the beginning of a command line.
 *
 * @throws CommandError with exit code 2, with a suggestion for a misspelt command
 * @example findCommand(commands, ['api', 'check', 'user.api']) // { kind: 'command', command, rest: ['user.api'] }
 */
export function findCommand(commands: readonly Command[], words: readonly string[]): Found {
  const [first = '', second] = words
  const command = commands.find(({ name }) => name === first)
  if (command) return { kind: 'command', command, rest: words.slice(1) }
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (group.length === 0)
    throw unknownCommand('first', first, [...new Set(commands.map(({ name }) => wordOf(name, 0)))])
  if (second === '--help' || second === '-h') return { kind: 'group', commands: group }
  if (second === undefined) throw badUsage(`names no command; see jotgate ${first} --help`)
  const member = group.find(({ name }) => name === `${first} ${second}`)
  if (member) return { kind: 'command', command: member, rest: words.slice(2) }
  const names = group.map(({ name }) => wordOf(name, 1))
  throw unknownCommand('second', second, names)
}

function wordOf(name: string, index: number): string {
  return name.split(' ')[index] ?? ''
}

function unknownCommand(place: 'first' | 'second', word: string, names: readonly string[]) {
  const near = nearestName(word, names)
  const hint = near === undefined ? 'see jotgate --help' : `did you mean "${near}"?`
  return badUsage(`the ${place} argument is not a command; ${hint}`)
}
