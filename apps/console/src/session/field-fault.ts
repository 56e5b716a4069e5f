import { type Problem } from './problem.js'

/**
 * The fault of one field, or of an item in its list, from a problem: the service writes the field's name before a
 * colon, and separates faults by `; `.
 *
 * @example fieldFault(problem, 'password') // 'A password must have at least 15 characters.'
 */
export function fieldFault(problem: Problem | undefined, field: string): string | undefined {
  const about = new RegExp(`^${field}(?:\\.\\d+)?: (.+)$`, 'i')
  const faults = (problem?.text ?? '').split(/; (?=[\w.]+: )/)
  const [rest] = faults.flatMap((fault) => about.exec(fault)?.slice(1) ?? [])
  return rest === undefined ? undefined : sentence(rest)
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}
