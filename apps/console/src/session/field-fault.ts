import { type Problem } from './problem.js'

/**
 * What a problem says about one field, or about what is in its list: the service names it before a colon, and puts `; `
 * between one fault and the next.
 *
 * @example fieldFault(problem, 'password') // 'A password has at least 15 characters.'
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
