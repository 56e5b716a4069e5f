import type { ConfigError, ErrorCode } from '../foundation/errors.js'

/** Exit code 1: refused. 2: wrong usage. */
export type FailureCode = 1 | 2

/**
 * Ends a command with one line on the standard error. The message names options and positions, but never their values.
 *
 * @example throw badUsage('--key: no such file')
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: FailureCode
  /** Printed before the message and in JSON: a code of the library, or `USAGE`. */
  readonly code: ErrorCode | 'USAGE'

  constructor(exitCode: FailureCode, code: ErrorCode | 'USAGE', message: string) {
    super(message)
    this.exitCode = exitCode
    this.code = code
  }
}

/** Wrong usage: an invalid option, file or key. Exit code 2. */
export function badUsage(message: string): CommandError {
  return new CommandError(2, 'USAGE', message)
}

/** Verification keys are unavailable, so no token is accepted. Exit code 1. */
export function keysUnavailable(message: string): CommandError {
  return new CommandError(1, 'KEYS_UNAVAILABLE', message)
}

/**
 * The message about an option of the library, without the library's name for it: the caller of a command knows the
 * option by another name.
 */
export function problemOf({ option, message }: ConfigError): string {
  // Members of a JWK have the same name everywhere.
  return option.startsWith('jwk.') ? message : message.slice(option.length + 2)
}
