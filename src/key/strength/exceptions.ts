import { ConfigError } from '../../foundation/errors.js'
import { nearestName } from '../../foundation/names.js'
import { readVariable, variable } from './environment.js'

/**
 * What is refused unless it is named, each with the last day (UTC, `YYYY-MM-DD`) on which a process may start with it, at most
 * 400 days ahead. `short-secret`: an HMAC secret that is short or can be guessed.
 */
export interface Exceptions {
  readonly 'short-secret'?: string
}

/** Names of {@link Exceptions}. */
const names = ['short-secret'] as const satisfies readonly (keyof Exceptions)[]

/** A process that runs when the day ends goes on; only a start is refused. */
const startedAt = Date.now() - process.uptime() * 1000

const dayMs = 86_400_000
const mostDays = 400

/**
 * Until when an exception is accepted, by what the program names or else by `JOTGATE_ACCEPT`: the last day, or undefined when it
 * is not named at all.
 *
 * @throws ConfigError for a date that has passed, is too far ahead, or is none, and for a name that does not exist
 * @example acceptedUntil('short-secret', { 'short-secret': '2027-06-30' }) // '2027-06-30'
 */
export function acceptedUntil(name: keyof Exceptions, given?: Exceptions): string | undefined {
  if (given !== undefined) checkNames(Object.keys(given), 'accept')
  const own = given?.[name]
  if (own !== undefined) return checkDay(own, `accept["${name}"]`)
  const listed = listOfVariable().find(([each]) => each === name)
  return listed && checkDay(listed[1], `${variable} (${name})`)
}

/** Warns that an exception is in use, once for each of its dates. */
export function warnOfException(name: keyof Exceptions, until: string, cure: string): void {
  const key = `${name} ${until}`
  if (warned.has(key)) return
  warned.add(key)
  const code = `JOTGATE_${name.toUpperCase().replace('-', '_')}`
  const message = `${name} is accepted until ${until}; after that day no process starts with it. ${cure}`
  process.emitWarning(message, { type: 'JotgateWarning', code })
}

const warned = new Set<string>()

function listOfVariable(): readonly (readonly [string, string])[] {
  const list = readVariable()
    .split(',')
    .filter((each) => each.trim() !== '')
    .map((each) => each.trim().split(':'))
  checkNames(
    list.map(([name = '']) => name),
    variable,
  )
  return list.map(([name = '', day = '']) => [name, day])
}

function checkNames(given: readonly string[], option: string): void {
  const unknown = given.find((name) => !(names as readonly string[]).includes(name))
  if (unknown === undefined) return
  const nearest = nearestName(unknown, names)
  const hint = nearest === undefined ? `there is ${names.join(', ')}` : `did you mean ${nearest}?`
  throw new ConfigError(option, `has an exception that does not exist; ${hint}`)
}

function checkDay(day: unknown, option: string): string {
  const begins = typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : NaN
  if (typeof day !== 'string' || Number.isNaN(begins))
    throw new ConfigError(option, 'must be the last day of the exception, such as "2027-06-30"')
  if (begins + dayMs <= startedAt)
    throw new ConfigError(option, `the exception has ended on ${day}`)
  if (begins > startedAt + mostDays * dayMs)
    throw new ConfigError(option, `must be at most ${String(mostDays)} days ahead`)
  return day
}
