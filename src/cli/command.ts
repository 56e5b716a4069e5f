import type { Arguments } from './arguments.js'
import type { Io } from './io.js'
import type { OptionSpecs } from './option-spec.js'

/** What a command has to say: text for people, the same as data for programs, and a refusal when there is one. */
export interface Answer {
  /** Ends without a line break; nothing is printed when it is empty. */
  readonly text: string
  /** Printed instead of the text with `--json`. */
  readonly json: unknown
  /** Printed on the standard error; the exit code is then 1. */
  readonly refusal?: string
  /** Printed on the standard error, and no refusal: warnings. */
  readonly notice?: string
}

/**
 * One command of `jotgate`. A further one is a file of this shape and a line in `commands/table.ts`.
 *
 * @throws CommandError, AuthError (exit code 1), ConfigError (exit code 2) from `run`
 */
export interface Command {
  /** One word, or two for a command of a group: `api check`. */
  readonly name: string
  /** One line. */
  readonly summary: string
  /** What follows the name, as the help shows it: `[options] TOKEN|-`. */
  readonly usage: string
  readonly options: OptionSpecs
  /** Fewest and most arguments beside the options. */
  readonly operands: readonly [least: number, most: number]
  /** Further explanation for the help; lines. */
  readonly notes?: readonly string[]
  /** Whole command lines. */
  readonly examples: readonly string[]
  /** Answers with undefined when it has printed everything by itself, and the exit code is 0. */
  readonly run: (given: Arguments, io: Io) => Promise<Answer | undefined>
}
