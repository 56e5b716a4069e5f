import { ConfigError } from './config-error.js'

/** Seconds as a number, or a count with one unit: `30s`, `15m`, `12h`, `30d`, `2w`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
}

/**
 * Turns a duration into whole seconds. `option` is named in the error.
 *
 * @throws ConfigError when it is negative, not finite, fractional, or not written as above.
 * @example parseDuration('15m') // 900
 * @example parseDuration(process.env['SESSION_TTL'] ?? '12h') // text of any kind, such as a setting
 */
export function parseDuration(duration: number | string, option = 'duration'): number {
  const seconds = typeof duration === 'number' ? duration : fromText(duration, option)
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new ConfigError(
      option,
      'must be a whole, non-negative number of seconds, or text such as "15m"',
    )
  }
  return seconds
}

function fromText(text: unknown, option: string): number {
  const match = typeof text === 'string' ? /^(\d{1,9})([smhdw])$/.exec(text) : null
  const unit = unitSeconds[match?.[2] ?? '']
  if (!match || unit === undefined) {
    throw new ConfigError(
      option,
      'must be seconds, or a whole number with one unit: "30s", "15m", "12h", "30d", "2w"',
    )
  }
  return Number(match[1]) * unit
}
