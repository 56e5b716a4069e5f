import { AuthError } from 'jotgate'

/**
 * Whether a store's fault may be temporary: it is unavailable, not ready, busy, or did not answer in time. A refusal by
 * the store itself (a password, a name, a statement) is permanent.
 *
 * @example if (!isPassing(error)) throw error
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof AuthError) || error.status !== 503) return false
  return !causesOf(error).some(isLasting)
}

/** The message of the first cause; databases and their clients name no secret there. */
export function reasonOf(error: unknown): string {
  const first = causesOf(error).at(-1)
  if (first instanceof AggregateError) return first.errors.map(reasonOf).join('; ')
  return first === undefined || first.message === '' ? 'no reason given' : first.message
}

/** The error and its causes, in order. */
function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = []
  for (let each = error; each instanceof Error && causes.length < 10; each = each.cause)
    causes.push(each)
  return causes
}

/** A refusal by the store itself. */
function isLasting(cause: Error): boolean {
  const state: unknown = Reflect.get(cause, 'code')
  const fault = faultOfFile(cause)
  return (
    (typeof state === 'string' && lastingState.test(state)) ||
    (typeof fault === 'number' && !passingFaults.has(fault & 0xff)) ||
    refusedByRedis.test(cause.message)
  )
}

/**
 * SQLSTATE, except: connection lost, deadlock, too many, locked, shutting down or starting, a standby before it is
 * promoted.
 */
const lastingState = /^(?!08|40|53|55|57|25006)(?=.*\d)[0-9A-Z]{5}$/
/** SQLite's busy and locked, by the low byte. */
const passingFaults = new Set([5, 6])
const refusedByRedis = /^(?:WRONGPASS|NOAUTH|NOPERM)\b/

/** SQLite's number: node:sqlite has it in `errcode`, libsql in `rawCode`. */
function faultOfFile(cause: Error): unknown {
  return Reflect.get(cause, 'errcode') ?? Reflect.get(cause, 'rawCode')
}
