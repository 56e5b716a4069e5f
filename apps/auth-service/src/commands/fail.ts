import { AuthError, ConfigError } from 'jotgate'
import { SetupFault } from '../foundation/setup-fault.js'
import { reasonOf } from '../storage/start/passing.js'

/**
 * Ends the program with one line for an error that the operator can fix, and with a stack for an unexpected one.
 *
 * @example main().catch(fail)
 */
export function fail(error: unknown): void {
  process.stderr.write(`jotgate-service: ${describe(error)}\n`)
  process.exitCode = 1
  // A client that keeps reconnecting would keep the process alive; its log lines are written by then.
  setTimeout(() => process.exit(), lastWordsMs).unref()
}

/** Milliseconds for the last lines of the log. */
const lastWordsMs = 500

function describe(error: unknown): string {
  if (error instanceof AuthError) return `${error.message} (${reasonOf(error.cause)})`
  const isExpected =
    error instanceof SetupFault ||
    error instanceof ConfigError ||
    (error instanceof Error && 'syscall' in error)
  return isExpected ? error.message : error instanceof Error ? String(error.stack) : 'unknown fault'
}
