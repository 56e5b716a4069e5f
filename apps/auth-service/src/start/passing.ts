import { AuthError } from 'jotgate'

/**
 * Whether a store's fault may be gone in a moment: it is not there, not ready, busy, or did not answer in time. What the store
 * itself has refused (a password, a name, a statement) is refused the next time too.
 *
 * @example if (!isPassing(error)) throw error
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof AuthError) || error.status !== 503) return false
  return causesOf(error).every((cause) => lastingFaults.every((isOne) => !isOne(cause)))
}

/** Why, in the words of what failed first; databases and their clients name no secret there. */
export function reasonOf(error: unknown): string {
  const first = causesOf(error).at(-1)
  if (first instanceof AggregateError) return first.errors.map(reasonOf).join('; ')
  return first === undefined || first.message === '' ? 'no reason given' : first.message
}

/** The error and what caused it, one after another. */
function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = []
  for (let each = error; each instanceof Error && causes.length < 10; each = each.cause)
    causes.push(each)
  return causes
}

const lastingFaults: readonly ((cause: Error) => boolean)[] = [
  // SQLSTATE, but: connection lost, deadlock, too many, locked, shutting down or starting, and a standby before it is promoted.
  (cause) => isMember(cause, 'code', /^(?!08|40|53|55|57|25006)(?=.*\d)[0-9A-Z]{5}$/),
  // SQLite, but: busy and locked. The low byte is the primary code.
  (cause) => [fileFault(cause)].some((code) => code !== undefined && ![5, 6].includes(code & 0xff)),
  (cause) => /^(?:WRONGPASS|NOAUTH|NOPERM)\b/.test(cause.message),
]

function isMember(cause: Error, name: string, form: RegExp): boolean {
  const value: unknown = Reflect.get(cause, name)
  return typeof value === 'string' && form.test(value)
}

/** node:sqlite has the number in `errcode`, libsql in `rawCode`. */
function fileFault(cause: Error): number | undefined {
  const numbers: readonly unknown[] = ['errcode', 'rawCode'].map((name): unknown =>
    Reflect.get(cause, name),
  )
  return numbers.find((number) => typeof number === 'number')
}
