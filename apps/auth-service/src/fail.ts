import { AuthError, ConfigError } from 'jotgate'
import { SetupFault } from './setup-fault.js'

/**
 * Ends the program with one line for what the operator can mend; with a stack only for what nobody expected.
 *
 * @example main().catch(fail)
 */
export function fail(error: unknown): void {
  process.stderr.write(`jotgate-service: ${describe(error)}\n`)
  process.exitCode = 1
}

function describe(error: unknown): string {
  if (error instanceof AuthError) return `${error.message} (${reasonOf(error.cause)})`
  const isExpected =
    error instanceof SetupFault ||
    error instanceof ConfigError ||
    (error instanceof Error && 'syscall' in error)
  return isExpected ? error.message : error instanceof Error ? String(error.stack) : 'unknown fault'
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given'
}
