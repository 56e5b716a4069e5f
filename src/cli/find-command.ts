import { badUsage } from './command-error.js'
import type { Command } from './command.js'
import { nearestName } from '../foundation/names.js'

/** What a command line begins with: a command and what follows it, or a group of commands that help is asked on. */
export type Found =
  | { readonly kind: 'command'; readonly command: Command; readonly rest: readonly string[] }
  | { readonly kind: 'group'; readonly commands: readonly Command[] }

/**
 * The command of one or two words that a command line begins with.
 *
 * @throws CommandError with exit code 2, and with what was probably meant
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
