import type { ConfigError, ErrorCode } from '../foundation/errors.js'

/** Exit code 1: refused. 2: to be called otherwise. */
export type FailureCode = 1 | 2

/**
 * Ends a command with one line on the standard error. The message names options and positions, never what was given
 * for them.
 *
 * @example throw badUsage('--key: no such file')
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: FailureCode
  /** Named before the message and in JSON: a code of the library, or `USAGE`. */
  readonly code: ErrorCode | 'USAGE'

  constructor(exitCode: FailureCode, code: ErrorCode | 'USAGE', message: string) {
    super(message)
    this.exitCode = exitCode
    this.code = code
  }
}

/** The call itself is wrong: an option, a file, a key that does not fit. Exit code 2. */
export function badUsage(message: string): CommandError {
  return new CommandError(2, 'USAGE', message)
}

/** The keys to decide with could not be had, so nothing is accepted. Exit code 1. */
export function keysUnavailable(message: string): CommandError {
  return new CommandError(1, 'KEYS_UNAVAILABLE', message)
}

/**
 * What is wrong with an option of the library, without the library's name for it: the caller of a command knows the
 * option by another one.
 */
export function problemOf({ option, message }: ConfigError): string {
  // A member of a JWK is called the same everywhere.
  return option.startsWith('jwk.') ? message : message.slice(option.length + 2)
}
