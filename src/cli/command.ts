import type { Arguments } from './arguments.js'
import type { Io } from './io.js'
import type { OptionSpecs } from './option-spec.js'

/** What a command has to say: text for people, the same as data for programs, and a refusal when there is one. */
export interface Answer {
  /** Ends without a line break. */
  readonly text: string
  /** Printed instead of the text with `--json`. */
  readonly json: unknown
  /** Printed on the standard error; the exit code is then 1. */
  readonly refusal?: string
}

/**
 * One command of `jotgate`. A further one is a file of this shape and a line in `commands/table.ts`.
 *
 * @throws CommandError, AuthError (exit code 1), ConfigError (exit code 2) from `run`
 */
export interface Command {
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
  readonly run: (given: Arguments, io: Io) => Promise<Answer>
}
