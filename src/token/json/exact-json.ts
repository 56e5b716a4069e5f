/**
 * Parses JSON text as `JSON.parse` does, except that an integer beyond 2^53 becomes a `bigint` with every digit
 * of the text. `JSON.parse` would round it, and an id would name another user.
 *
 * Not for: text that `JSON.parse` has not accepted before. It checks no syntax, and it recurses as deep as the text
 * nests.
 *
 * @param mostDigits integers of more digits are rounded, as by `JSON.parse`. Default: none are
 * @example parseExact('{"id":9007199254740993}') // { id: 9007199254740993n }
 */
export function parseExact(text: string, mostDigits = Infinity): unknown {
  return readValue({ text, mostDigits, at: 0 })
}

/** The text and the position of the next character. */
interface Cursor {
  readonly text: string
  readonly mostDigits: number
  at: number
}

const space = /[ \t\n\r]*/y
const scalar = /-?[0-9][0-9.eE+-]*|true|false|null/y
const quoted = /"[^"\\]*(?:\\.[^"\\]*)*"/y

function readValue(cursor: Cursor): unknown {
  take(cursor, space)
  const first = cursor.text[cursor.at]
  if (first === '{') return Object.fromEntries(readList(cursor, '}', readMember))
  if (first === '[') return readList(cursor, ']', readValue)
  if (first === '"') return readString(cursor)
  const literal = take(cursor, scalar)
  const isExact = literal.length <= cursor.mostDigits && isUnsafeInteger(literal)
  return isExact ? BigInt(literal) : (JSON.parse(literal) as unknown)
}

/** The items between a bracket and its `end`, each read by `readItem`. */
function readList<T>(cursor: Cursor, end: string, readItem: (cursor: Cursor) => T): T[] {
  const items: T[] = []
  cursor.at++
  take(cursor, space)
  while (cursor.text[cursor.at] !== end) {
    items.push(readItem(cursor))
    take(cursor, space)
    if (cursor.text[cursor.at] === ',') cursor.at++
    take(cursor, space)
  }
  cursor.at++
  return items
}

function readMember(cursor: Cursor): [string, unknown] {
  const name = readString(cursor)
  take(cursor, space)
  cursor.at++ // the colon
  return [name, readValue(cursor)]
}

function readString(cursor: Cursor): string {
  return String(JSON.parse(take(cursor, quoted)))
}

function take(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)?.[0]
  if (found === undefined) throw new SyntaxError('not JSON')
  cursor.at += found.length
  return found
}

/** A number with a fraction or an exponent is written as a double, and stays one. */
function isUnsafeInteger(literal: string): boolean {
  return /^-?[0-9]+$/.test(literal) && !Number.isSafeInteger(Number(literal))
}
