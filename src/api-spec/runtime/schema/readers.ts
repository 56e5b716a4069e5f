import { type Field, membersOf, type Reader, readFields, refuse } from './schema.js'
import { wholeNumbers } from './whole-numbers.js'

/** Takes any value. */
export const anything: Reader = (value) => value

/** Reads a boolean. */
export const flag: Reader = (value, at, reading) =>
  typeof value === 'boolean' ? value : refuse(reading, at, 'must be true or false')

/** Reads a boolean from a query, a path or a header: `true`, `1`, `false` or `0`. */
export const flagText: Reader = (value, at, reading) => {
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  return refuse(reading, at, 'must be true or false')
}

/** Limits: `from` and `to` are included, `above` and `below` are not. */
export interface Range {
  readonly from?: number
  readonly above?: number
  readonly to?: number
  readonly below?: number
}

/** What a text may be. */
export interface TextRules {
  readonly options?: readonly string[]
  /** In Unicode code points. */
  readonly length?: Range
}

/**
 * Reads a text.
 *
 * @example text({ length: { from: 1, to: 256 } })
 */
export function text({ options, length }: TextRules = {}): Reader {
  return (value, at, reading) => {
    if (typeof value !== 'string') return refuse(reading, at, 'must be text')
    if (options?.includes(value) === false)
      return refuse(reading, at, `must be one of ${options.join(', ')}`)
    const fits = length === undefined || isWithin(Array.from(value).length, length)
    return fits ? value : refuse(reading, at, 'is too long or too short')
  }
}

/** What a number may be. */
export interface NumberRules {
  /** Go's type of whole numbers. */
  readonly whole?: keyof typeof wholeNumbers
  readonly options?: readonly number[]
  readonly range?: Range
}

/**
 * Reads a number.
 *
 * @example number({ whole: 'int64', range: { from: 1 } })
 */
export function number({ whole, options, range }: NumberRules = {}): Reader {
  return (value, at, reading) => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      return refuse(reading, at, 'must be a number')
    if (whole !== undefined) {
      const [least, most] = wholeNumbers[whole]
      if (!(Number.isInteger(value) && value >= least && value <= most))
        return refuse(
          reading,
          at,
          `must be a whole number from ${String(least)} to ${String(most)}`,
        )
    }
    if (options?.includes(value) === false)
      return refuse(reading, at, `must be one of ${options.join(', ')}`)
    const fits = range === undefined || isWithin(value, range)
    return fits ? value : refuse(reading, at, 'is out of range')
  }
}

function isWithin(
  value: number,
  { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity }: Range,
): boolean {
  return value >= from && value > above && value <= to && value < below
}

/** Reads a number from a query, a path or a header. */
export function numberText(rules: NumberRules = {}): Reader {
  const read = number(rules)
  return (value, at, reading) => {
    const isPlain =
      typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(value)
    return isPlain ? read(Number(value), at, reading) : refuse(reading, at, 'must be a number')
  }
}

/** Reads a list, of exactly `length` items when that is given. */
export function list(item: Reader, length?: number): Reader {
  return (value, at, reading) => {
    if (!Array.isArray(value)) return refuse(reading, at, 'must be a list')
    if (length !== undefined && value.length !== length)
      return refuse(reading, at, `must have ${String(length)} items`)
    return value.map((each: unknown, index) => item(each, `${at}.${String(index)}`, reading))
  }
}

/** Reads an object whose members all have one type and any name. */
export function record(item: Reader): Reader {
  return (value, at, reading) => {
    const source = membersOf(value)
    if (source === undefined) return refuse(reading, at, 'must be an object')
    const entries = Object.entries(source)
    return Object.fromEntries(
      entries.map(([key, each]) => [key, item(each, `${at}.${key}`, reading)]),
    )
  }
}

/** Reads an object inside another one. */
export function nested(fields: readonly Field[]): Reader {
  return (value, at, reading) => readFields(fields, { value, at, reading })
}

/** Of values of types that name themselves. Far below what the stack holds. */
const mostLevels = 100

/** Reads a value of another type, which may be declared later. At most 100 of them may lie in each other. */
export function ref(schema: () => { readonly read: Reader }): Reader {
  return (value, at, reading) => {
    const { depth = 0 } = reading
    if (depth >= mostLevels) return refuse(reading, at, 'nests too deeply')
    reading.depth = depth + 1
    const read = schema().read(value, at, reading)
    reading.depth = depth
    return read
  }
}
