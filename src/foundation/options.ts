import { parseDuration, type Duration } from './duration.js'
import { ConfigError } from './config-error.js'
import { isText, nearestName } from './names.js'

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
  /** Whether leaving it out admits more: present with the value undefined, it is a slip. See {@link guarding}. */
  readonly guarding?: boolean
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
 * have is an error: a misspelt security option must not silently mean "off". So is an option that guards something and
 * is there as undefined: `authorize: guards.admn` must not mean "no guard".
 *
 * @throws ConfigError naming the option, and the nearest known one for an unknown name
 * @example readOptions('createGate', { realm: text({ default: 'api' }) }, {}).realm // 'api'
 */
export function readOptions<Table extends OptionTable>(
  factory: string,
  table: Table,
  given: unknown,
): OptionValues<Table> {
  const options = checkNames(factory, table, given)
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(table)) {
    const path = `${factory}.${name}`
    const isOwn = Object.hasOwn(options, name)
    // Read once: a getter may give another value the next time. Not what Object.prototype was given, by a merged `__proto__`.
    const found = !isOwn && name in Object.prototype ? undefined : options[name]
    if (option.guarding === true && found === undefined && isOwn)
      throw new ConfigError(path, 'is undefined; leave it out if you mean its default')
    const value = found === undefined ? option.default : found
    values[name] = value === undefined && !option.required ? undefined : option.read(value, path)
  }
  return Object.freeze(values) as OptionValues<Table> // made of the table's own entries
}

/**
 * Refuses anything but an object with known names.
 *
 * @throws ConfigError
 */
function checkNames(
  factory: string,
  table: OptionTable,
  given: unknown,
): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigError(factory, 'takes one object of options')
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(table, name))
  if (unknown !== undefined) {
    const known = Object.keys(table)
    const near = nearestName(unknown, known)
    const hint =
      near === undefined ? `known options: ${known.join(', ')}` : `did you mean "${near}"?`
    throw new ConfigError(`${factory}.${unknown}`, `is not an option; ${hint}`)
  }
  return given as Readonly<Record<string, unknown>> // an object, as has just been looked at
}

/** Whether an option may be left out: with a default, or as undefined. Without either it is required. */
export interface Presence<D> {
  readonly default?: D
  readonly optional?: true
}

interface Bounds {
  readonly least?: number
  readonly most?: number
}

/** An optional option reads as undefined when it is left out. */
type Read<T, Settings> = Settings extends { readonly optional: true } ? T | undefined : T

/**
 * An option with a check of its own.
 *
 * @example value('origins', readOrigins, {})
 */
export function value<T, Settings extends Presence<unknown> = object>(
  kind: string,
  read: (given: unknown, option: string) => T,
  settings?: Settings,
): Option<Read<T, Settings>> {
  const { optional, ...rest }: Presence<unknown> = settings ?? {}
  const required = optional !== true && !('default' in rest)
  return { kind, ...rest, required, read }
}

/**
 * An option whose absence admits more, such as a guard or a check of revocation: undefined is not taken for absence.
 *
 * @example guarding(optionalFunc<Guard>())
 */
export function guarding<T>(option: Option<T>): Option<T> {
  return { ...option, guarding: true }
}

/** Whole seconds, or a duration such as `'15m'`. */
export function seconds<Settings extends Presence<Duration> & Bounds = object>(
  settings?: Settings,
): Option<Read<number, Settings>> {
  const read = (given: unknown, option: string) =>
    inBounds(settings, {
      option,
      unit: 'seconds',
      given: parseDuration(given as Duration, option), // it takes anything
    })
  return { ...value('duration', read, settings), unit: 'seconds' }
}

/** A whole number of milliseconds, at least 1 unless `least` says otherwise. */
export function milliseconds<Settings extends Presence<number> & Bounds = object>(
  settings?: Settings,
): Option<Read<number, Settings>> {
  return { ...count(settings, 'milliseconds'), unit: 'milliseconds' }
}

/** A whole number, at least 1 unless `least` says otherwise. */
export function count<Settings extends Presence<number> & Bounds = object>(
  settings?: Settings,
  unit = '',
): Option<Read<number, Settings>> {
  const bounds = { least: 1, ...settings }
  const read = (given: unknown, option: string) => {
    if (typeof given !== 'number' || !Number.isSafeInteger(given))
      throw new ConfigError(option, `must be a whole number${unit === '' ? '' : ` of ${unit}`}`)
    return inBounds(bounds, { option, unit, given })
  }
  return { ...value('whole number', read, settings), ...bounds }
}

/** A number, fractions allowed. */
export function number<Settings extends Presence<number> & Bounds = object>(
  settings?: Settings,
): Option<Read<number, Settings>> {
  const read = (given: unknown, option: string) => {
    if (typeof given !== 'number' || !Number.isFinite(given))
      throw new ConfigError(option, 'must be a number')
    return inBounds(settings, { option, unit: '', given })
  }
  return value('number', read, settings)
}

/** True or false. */
export function flag<Settings extends Presence<boolean> = object>(
  settings?: Settings,
): Option<Read<boolean, Settings>> {
  const read = (given: unknown, option: string) => {
    if (typeof given === 'boolean') return given
    throw new ConfigError(option, 'must be a boolean')
  }
  return value('boolean', read, settings)
}

/** Text, and not the empty text. */
export function text<Settings extends Presence<string> = object>(
  settings?: Settings,
): Option<Read<string, Settings>> {
  const read = (given: unknown, option: string) => {
    if (isText(given)) return given
    throw new ConfigError(option, 'must be text')
  }
  return value('text', read, settings)
}

/** A function; its parameters and answer cannot be checked before it is called, so the caller says its type. */
export function func<F>(): Option<F> {
  return value('function', (given, option) => readFunction(given, option) as F)
}

/** A function that may be left out. */
export function optionalFunc<F>(): Option<F | undefined> {
  return { ...func<F>(), required: false }
}

/** A function with a default. */
export function funcOr<F>(usual: F): Option<F> {
  return { ...func<F>(), required: false, default: usual }
}

function readFunction(given: unknown, option: string): unknown {
  if (typeof given === 'function') return given
  throw new ConfigError(option, 'must be a function')
}

/** A clock: Unix time in seconds. Default: the system's clock. */
export function clock(): Option<() => number> {
  return funcOr(() => Date.now() / 1000)
}

/** One of some texts. */
export function oneOf<T extends string, Settings extends Presence<T> = object>(
  known: readonly T[],
  settings?: Settings,
): Option<Read<T, Settings>> {
  const read = (given: unknown, option: string): T => {
    const found = known.find((each) => each === given)
    if (found !== undefined) return found
    const quoted = known.map((each) => `"${each}"`)
    throw new ConfigError(
      option,
      `must be ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`,
    )
  }
  return value(known.map((each) => `'${each}'`).join(' or '), read, settings)
}

/** A part that another factory makes, recognised by its members. `kind` names it in the error: "must be …". */
export function part<T extends object>(kind: string, members: readonly string[]): Option<T> {
  return value(kind, (given, option) => {
    const isPart =
      typeof given === 'object' && given !== null && members.every((name) => name in given)
    if (isPart) return given as T // known by its members
    throw new ConfigError(option, `must be ${kind}`)
  })
}

/** An option that may be left out and is checked by the function that uses it. */
export function unchecked<T>(kind: string): Option<T | undefined> {
  return value(kind, (given) => given as T, { optional: true }) // checked there
}

interface Measured {
  readonly option: string
  readonly unit: string
  readonly given: number
}

function inBounds({ least, most }: Bounds = {}, { option, unit, given }: Measured): number {
  if ((least === undefined || given >= least) && (most === undefined || given <= most)) return given
  const of = unit === '' ? '' : ` ${unit}`
  if (least === undefined) throw new ConfigError(option, `must be at most ${String(most)}${of}`)
  if (most !== undefined)
    throw new ConfigError(option, `must be from ${String(least)} to ${String(most)}${of}`)
  const one = least === 1 ? of.replace(/s$/, '') : of
  throw new ConfigError(option, `must be at least ${String(least)}${one}`)
}
