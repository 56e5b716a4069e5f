import { type Reader, type Reading, refuse, type Turn } from './schema.js'
import { toWhole, wideNumbers } from './whole-numbers.js'

/** What a number of 64 bits may be, and what a program has it as. */
export interface ExactRules {
  /** Go's type. */
  readonly whole: keyof typeof wideNumbers
  readonly as: 'bigint' | 'string'
  readonly options?: readonly bigint[]
  readonly range?: ExactRange
}

/** Limits: `from` and `to` are included, `above` and `below` are not. */
export interface ExactRange {
  readonly from?: bigint | number
  readonly above?: bigint | number
  readonly to?: bigint | number
  readonly below?: bigint | number
}

/**
 * Reads a number of 64 bits with all its digits, from a JSON that was parsed exactly: a `bigint` where a `number` would be rounded.
 *
 * @example exact({ whole: 'int64', as: 'bigint', range: { from: 1 } })
 */
export function exact(rules: ExactRules): Reader {
  return readerOf(rules, {
    take: (value) => (typeof value === 'string' ? undefined : toWhole(value)),
    send: (value) => value,
  })
}

/**
 * Reads such a number from text: from a query, a path, a header, and from the JSON text of `json:"id,string"`.
 *
 * @example exactText({ whole: 'uint64', as: 'string' })
 */
export function exactText(rules: ExactRules): Reader {
  return readerOf(rules, {
    take: (value) => (typeof value === 'string' ? toWhole(value) : undefined),
    send: String,
  })
}

/** How a number travels: reads what was sent, and makes what is sent. */
interface Travel {
  readonly take: (value: unknown) => bigint | undefined
  readonly send: (value: bigint) => unknown
}

function readerOf(rules: ExactRules, { take, send }: Travel): Reader {
  const [least, most] = wideNumbers[rules.whole]
  const range = `must be a whole number from ${String(least)} to ${String(most)}`
  const fits = (value: bigint) => value >= least && value <= most
  const own = (value: bigint) => (rules.as === 'bigint' ? value : String(value))
  const read = (value: unknown, at: string, reading: Reading) => {
    const number = take(value)
    if (number === undefined || !fits(number)) return refuse(reading, at, range)
    const problem = problemOf(number, rules)
    return problem === undefined ? own(number) : refuse(reading, at, problem)
  }
  const turn: Turn = (value, { at, way }) => {
    if (value === undefined || value === null) return value
    const number = toWhole(value)
    // What comes is taken at the server's word, which may have it as text where this program has it as a number.
    if (way === 'in') return number === undefined ? value : own(number)
    if (number === undefined || !fits(number))
      throw new TypeError(`${at === '' ? 'the value' : at} ${range}`)
    return send(number)
  }
  return Object.assign(read, { turn })
}

function problemOf(value: bigint, { options, range = {} }: ExactRules): string | undefined {
  if (options?.includes(value) === false) return `must be one of ${options.join(', ')}`
  const { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity } = range
  const fits = value >= from && value > above && value <= to && value < below
  return fits ? undefined : 'is out of range'
}
