import { ConfigError } from '../foundation/errors.js'
import { processWide } from '../foundation/process-wide.js'
import { isThenable } from '../foundation/realms.js'

/** What a factory of stores wants to be handed in. */
export interface WantedClient {
  /** `sqliteStores`. */
  readonly factory: string
  /** `an open SQLite file`. */
  readonly what: string
  /** How to write it: `sqliteStores(await openSqlite('app.db'))`. */
  readonly write: string
}

/**
 * The error of anything else than a store's client, which would fail at its first use as if the server were not there. It
 * says what kind of value was given, and never the value: a connection string holds a password.
 *
 * @param problem why it is not usable, where its kind does not say so
 * @example throw wrongClient({ factory: 'sqliteStores', what: 'an open SQLite file', write }, 'app.db')
 */
export function wrongClient(
  { factory, what, write }: WantedClient,
  given: unknown,
  problem = `not ${kindOf(given)}`,
): ConfigError {
  return new ConfigError(factory, `needs ${what}, ${problem}: write ${write}`)
}

function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given)
  if (typeof given === 'string') return 'text'
  if (isThenable(given)) return 'a promise of one'
  return typeof given === 'object' ? 'another object' : `a ${typeof given}`
}

/** Whether a value is an object with methods of these names. */
export function hasMethods(given: unknown, names: readonly string[]): given is object {
  return (
    typeof given === 'object' &&
    given !== null &&
    names.every((name) => typeof Reflect.get(given, name) === 'function')
  )
}

/** Clients that this package listens to, in whichever copy of it. */
const listened = processWide('listened-clients/1', () => new WeakSet<object>())

/**
 * Listens for `error`, once for each client: without any listener a lost connection ends the process (node-redis, `Pool` of
 * pg) or is printed (ioredis). A question to the store is refused anyway. Listeners of the program hear it as before.
 */
export function listenForErrors(client: object): void {
  if (listened.has(client) || !hasMethods(client, ['on'])) return
  listened.add(client)
  ;(client as { on(event: 'error', listener: () => void): unknown }).on('error', toldElsewhere) // checked just above
}

const toldElsewhere = (): void => undefined
