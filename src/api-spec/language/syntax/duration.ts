import { isDigit } from './characters.js'

/** Where a duration ends, or the offset of the first character that cannot belong to it. */
export type DurationEnd = { readonly end: number } | { readonly illegal: number }

/** Units from long to short; each may follow a longer one only. */
const rank: Readonly<Record<string, number>> = { h: 0, m: 1, s: 2, ms: 3, µs: 4, ns: 5 }
const nanoseconds = 5

/**
 * Reads the units of a duration such as `1h10m`, `3s` or `1s500ms`, from just after its first digits. Units go from long
 * to short, each at most once; `us` is not one of them.
 *
 * @example endOfDuration('timeout: 3s', 10) // { end: 11 }
 */
export function endOfDuration(text: string, from: number): DurationEnd {
  let at = from
  let longest = -1
  for (;;) {
    const unit = unitAt(text, at)
    if (unit === undefined) return { illegal: startsTwoLetters(text, at) ? at + 1 : at }
    const order = rank[unit] ?? -1
    if (order <= longest) return { illegal: unit === 'm' && longest < 3 ? at + 1 : at }
    at += unit.length
    longest = order
    if (order === nanoseconds || !isDigit(text.charCodeAt(at))) return { end: at }
    while (isDigit(text.charCodeAt(at))) at++
  }
}

function unitAt(text: string, at: number): string | undefined {
  const two = text.slice(at, at + 2)
  if (two === 'ms' || two === 'µs' || two === 'ns') return two
  const one = two.slice(0, 1)
  return one === 'h' || one === 'm' || one === 's' ? one : undefined
}

/** `n` and `µ` are no units by themselves: what is illegal is whatever follows them. */
function startsTwoLetters(text: string, at: number): boolean {
  return text[at] === 'n' || text[at] === 'µ'
}
