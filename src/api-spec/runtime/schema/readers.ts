import { jsonValue } from '../../../foundation/json-value.js'
import {
  type Field,
  type Members,
  membersOf,
  type Reader,
  readFields,
  type Reading,
  refuse,
  type Turn,
  turnFields,
} from './schema.js'
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
  const read = (given: unknown, at: string, reading: Reading) => {
    const value = typeof given === 'bigint' ? Number(given) : given
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
  return Object.assign(read, { turn: turnNumber })
}

/** What comes is read exactly where other members have 64 bits; a program has these as numbers. */
const turnNumber: Turn = (value, { way }) =>
  way === 'in' && typeof value === 'bigint' ? Number(value) : value

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
  const read = (value: unknown, at: string, reading: Reading) => {
    if (!Array.isArray(value)) return refuse(reading, at, 'must be a list')
    if (length !== undefined && value.length !== length)
      return refuse(reading, at, `must have ${String(length)} items`)
    return value.map((each: unknown, index) => item(each, `${at}.${String(index)}`, reading))
  }
  const { turn } = item
  if (turn === undefined) return read
  const turnItems: Turn = (given, { at, way }) => {
    const value = jsonValue(given, at)
    return Array.isArray(value)
      ? Array.from(value, (each, index) => turn(each, { at: `${at}.${String(index)}`, way }))
      : given
  }
  return Object.assign(read, { turn: turnItems })
}

/** Reads an object whose members all have one type and any name. */
export function record(item: Reader): Reader {
  const read = (value: unknown, at: string, reading: Reading) => {
    const source = membersOf(value)
    if (source === undefined) return refuse(reading, at, 'must be an object')
    return mapMembers(source, (each, key) => item(each, `${at}.${key}`, reading))
  }
  const { turn } = item
  if (turn === undefined) return read
  const turnMembers: Turn = (given, { at, way }) => {
    const source = membersOf(jsonValue(given, at))
    return source === undefined
      ? given
      : mapMembers(source, (each, key) => turn(each, { at: `${at}.${key}`, way }))
  }
  return Object.assign(read, { turn: turnMembers })
}

function mapMembers(source: Members, map: (value: unknown, key: string) => unknown): object {
  return Object.fromEntries(Object.entries(source).map(([key, each]) => [key, map(each, key)]))
}

/** Reads an object inside another one. */
export function nested(fields: readonly Field[]): Reader {
  const read = (value: unknown, at: string, reading: Reading) =>
    readFields(fields, { value, at, reading })
  return Object.assign(read, { turn: turnFields(() => fields) })
}

/** Of values of types that name themselves. Far below what the stack holds. */
const mostLevels = 100

/** Reads a value of another type, which may be declared later. At most 100 of them may lie in each other. */
export function ref(schema: () => { readonly read: Reader }): Reader {
  const readNamed = (value: unknown, at: string, reading: Reading) => {
    const { depth = 0 } = reading
    if (depth >= mostLevels) return refuse(reading, at, 'nests too deeply')
    reading.depth = depth + 1
    const read = schema().read(value, at, reading)
    reading.depth = depth
    return read
  }
  const turn: Turn = (value, place) => {
    const { read } = schema()
    return read.turn === undefined ? value : read.turn(value, place)
  }
  return Object.assign(readNamed, { turn })
}
