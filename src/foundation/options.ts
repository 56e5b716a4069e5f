import { ConfigError } from './errors.js'
import { nearestName } from './suggest.js'

/** One option: what kind of value it takes, its default and its bounds. The documentation's tables are made from this. */
export interface Option<T> {
  readonly kind: string
  /** Of numbers. */
  readonly unit?: 'seconds' | 'milliseconds'
  /** In the kind's own form; absent when the option is required, or when leaving it out means undefined. */
  readonly default?: unknown
  readonly required: boolean
  readonly least?: number
  readonly most?: number
  /** @throws ConfigError naming `option` and never the value */
  read(value: unknown, option: string): T
}

/** A factory's options by their names. */
export type OptionTable<Names extends string = string> = Readonly<Record<Names, Option<unknown>>>

/** What {@link readOptions} makes of a table: every option with its value, its default or undefined. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never
}

/**
 * Checks a factory's options against their table, once, and fills in the defaults. An option that the table does not
 * have is an error: a misspelt security option must not silently mean "off".
 *
 * @throws ConfigError naming the option, and the nearest known one for an unknown name
 * @example readOptions('createGate', { realm: text({ default: 'api' }) }, {}).realm // 'api'
 */
export function readOptions<Table extends OptionTable>(
  factory: string,
  table: Table,
  given: unknown,
): OptionValues<Table> {
  const options = checkNames(factory, Object.keys(table), given)
  const values = Object.entries(table).map(([name, option]) => {
    const path = `${factory}.${name}`
    const value = options[name] ?? (options[name] === null ? null : option.default)
    if (value !== undefined) return [name, option.read(value, path)]
    if (option.required) return [name, option.read(undefined, path)]
    return [name, undefined]
  })
  return Object.freeze(Object.fromEntries(values)) as OptionValues<Table> // made of the table's own entries
}

/**
 * Refuses anything but an object with known names.
 *
 * @throws ConfigError
 */
function checkNames(
  factory: string,
  known: readonly string[],
  given: unknown,
): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigError(factory, 'takes one object of options')
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const near = nearestName(unknown, known)
    const hint =
      near === undefined ? `known options: ${known.join(', ')}` : `did you mean "${near}"?`
    throw new ConfigError(`${factory}.${unknown}`, `is not an option; ${hint}`)
  }
  return given as Readonly<Record<string, unknown>> // an object, as has just been looked at
}
