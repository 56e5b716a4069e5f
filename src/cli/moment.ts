import { badUsage } from './command-error.js'

const units = [
  ['year', 31_557_600],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

/**
 * Describes a time for people: in UTC, and relative to `now`; both in seconds since 1970.
 *
 * @example describeMoment(900, 0) // '1970-01-01T00:15:00Z, in 15 minutes'
 */
export function describeMoment(seconds: number, now: number): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return 'not a date'
  const iso = date.toISOString().replace(/\.\d+Z$/, 'Z')
  const distance = Math.round(seconds - now)
  if (distance === 0) return `${iso}, now`
  const [unit, length] = units.find((each) => Math.abs(distance) >= 2 * each[1]) ?? ['second', 1]
  return `${iso}, ${relative.format(Math.trunc(distance / length), unit)}`
}

/**
 * Reads a time from an option: seconds since 1970, or a date and time in UTC.
 *
 * @throws CommandError naming the option
 * @example readMoment('2027-01-31T12:00:00Z', '--until') // 1801396800
 */
export function readMoment(text: string, option: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text)
  const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) / 1000 : NaN
  if (Number.isNaN(seconds))
    throw badUsage(`${option}: must be seconds since 1970, or a time such as 2027-01-31T12:00:00Z`)
  return seconds
}
