import { type Position, type Token } from './token.js'

interface Spanned {
  readonly start: Position
  readonly end: number
}

/**
 * The place of a node: from where its first part starts to where its last part ends.
 *
 * @example { kind: 'pointer', star, element, ...span(star, element) }
 */
export function span(first: Token | Spanned, last: Token | Spanned): Spanned {
  return { start: first.start, end: last.end }
}
