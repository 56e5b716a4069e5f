import type { Arguments } from './arguments.js'
import type { Io } from './io.js'
import type { OptionSpecs } from './option-spec.js'

/** The result of a command: text for people, the same as data for programs, and the refusal if there is one. */
export interface Answer {
  /** Without a line break at the end; nothing is printed when it is empty. */
  readonly text: string
  /** Printed instead of the text with `--json`. */
  readonly json: unknown
  /** Printed on the standard error; the exit code is then 1. */
  readonly refusal?: string
  /** Printed on the standard error without changing the exit code: warnings. */
  readonly notice?: string
}

/**
 * One command of `jotgate`. To add one, write a file of this shape and add a line to `commands/table.ts`.
 *
 * @throws CommandError, AuthError (exit code 1), ConfigError (exit code 2) from `run`
 */
export interface Command {
  /** One word, or two for a command of a group: `api check`. */
  readonly name: string
  /** One line. */
  readonly summary: string
  /** The rest of the command line, as shown in the help: `[options] TOKEN|-`. */
  readonly usage: string
  readonly options: OptionSpecs
  /** Smallest and largest number of arguments, apart from the options. */
  readonly operands: readonly [least: number, most: number]
  /** Further lines for the help. */
  readonly notes?: readonly string[]
  /** Complete command lines. */
  readonly examples: readonly string[]
  /** Returns undefined when it has printed everything itself; the exit code is then 0. */
  readonly run: (given: Arguments, io: Io) => Promise<Answer | undefined>
}
