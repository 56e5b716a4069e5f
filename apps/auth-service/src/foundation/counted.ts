/**
 * A number and what it counts, in the plural if it is not one.
 *
 * @example counted(1, 'user') // '1 user'
 */
export function counted(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? '' : 's'}`
}
