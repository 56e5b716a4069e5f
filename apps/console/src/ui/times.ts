const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const shortClock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })
const date = new Intl.DateTimeFormat('en-CA') // year-month-day

const units = [
  { seconds: 86_400, name: 'day', short: 'd' },
  { seconds: 3_600, name: 'h', short: 'h' },
  { seconds: 60, name: 'min', short: 'min' },
] as const

/**
 * A length of time in words, in the one unit that says enough.
 *
 * @param seconds its sign does not count
 * @example lasting(850) // '14 min'
 */
export function lasting(seconds: number): string {
  const length = Math.abs(Math.round(seconds))
  const unit = units.find((each) => length >= each.seconds)
  if (unit === undefined) return `${String(length)} s`
  const count = Math.floor(length / unit.seconds)
  return unit.name === 'day'
    ? `${String(count)} day${count === 1 ? '' : 's'}`
    : `${String(count)} ${unit.name}`
}

/**
 * When something is, as seen from now.
 *
 * @example away(now + 850, now) // 'in 14 min'
 */
export function away(at: number, now: number): string {
  if (Math.abs(at - now) < 1) return 'now'
  return at > now ? `in ${lasting(at - now)}` : `${lasting(at - now)} ago`
}

/**
 * The time of day, with the day where it is not today.
 *
 * @example moment(now, now) // '16:02:11'
 */
export function moment(at: number, now: number): string {
  const [day, today] = [dayOf(at), dayOf(now)]
  const time = clock.format(at * 1000)
  return day === today ? time : `${day} ${time}`
}

/** The time of day in minutes. */
export function minuteOf(at: number): string {
  return shortClock.format(at * 1000)
}

/** Year, month and day. */
export function dayOf(at: number): string {
  return date.format(at * 1000)
}

/** This machine's clock, in Unix seconds. */
export function localNow(): number {
  return Math.floor(Date.now() / 1000)
}
