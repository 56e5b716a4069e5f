import { type Problem } from './problem.js'

/**
 * What a problem says about one field: the service names it before a colon.
 *
 * @example fieldFault(problem, 'password') // 'A password has at least 15 characters.'
 */
export function fieldFault(problem: Problem | undefined, field: string): string | undefined {
  const [, rest] = new RegExp(`^${field}: (.+)$`, 'i').exec(problem?.text ?? '') ?? []
  return rest === undefined ? undefined : rest.charAt(0).toUpperCase() + rest.slice(1)
}
