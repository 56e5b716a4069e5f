import { parseDuration } from '../foundation/duration.js'

/**
 * Reads seconds from an option: `15m`, `30d`, or a bare number.
 *
 * @throws ConfigError naming the option
 * @example readSeconds('15m', '--expires-in') // 900
 */
export function readSeconds(text: string, option: string): number {
  // parseDuration refuses text of any other form itself.
  return parseDuration(/^\d{1,10}$/.test(text) ? Number(text) : text, option)
}
