/** Whether this is `npm run test:faults`. */
const isFull = process.env['FAULTS'] === 'full'

/**
 * How much of a fault test to run: a short form in `npm test`, the full one in `npm run test:faults`.
 *
 * @example const kills = amount({ short: 20, full: 1000 })
 */
export function amount<T = number>({ short, full }: { readonly short: T; readonly full: T }): T {
  return isFull ? full : short
}
