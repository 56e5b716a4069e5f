import { readStrictObject, type JsonLimits, type StrictJson } from './strict-object.js'

/**
 * Parses one JSON object the way a token must be read, so that two readers can never see two different things:
 * valid UTF-8 without a byte order mark, one object, member names unique at every depth (RFC 7515 sections 4 and
 * 10.12 allow "last wins"; this parser refuses), no `__proto__`, bounded depth, no number that JavaScript would round
 * or overflow. The result is deeply frozen.
 *
 * Most tokens are written as short as JSON can be. Such a text is accepted here by its length alone; every other one is
 * read byte by byte, by {@link readStrictObject}.
 *
 * @example parseStrictObject(Buffer.from('{"a":1,"a":2}'), { maxDepth: 32 }) // { ok: false, problem: 'duplicate' }
 */
export function parseStrictObject(bytes: Buffer, limits: JsonLimits): StrictJson {
  const { length = bytes.byteLength, maxDepth } = limits
  const text = bytes.toString('utf8', 0, length)
  const parsed = parse(text)
  // Fewer characters than bytes: not all of it is ASCII. As many: the bytes may still have been no UTF-8 at all.
  const isShortest =
    parsed !== undefined &&
    text.length === length &&
    freezeAndMeasure(parsed.value, maxDepth) === length &&
    !text.includes(replacement)
  if (isShortest && text.startsWith('{'))
    return { ok: true, object: parsed.value as Record<string, unknown> } // JSON.parse makes objects of such texts
  return readStrictObject({ bytes: bytes.subarray(0, length), text, parsed }, limits)
}

/** The character that Node's decoder writes where the bytes are not UTF-8. */
const replacement = '\ufffd'

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined // the parser's message quotes the text, so it must go no further
  }
}

/**
 * Freezes a value that `JSON.parse` made, all the way down, and returns the length of the shortest text that parses to
 * it, in characters. NaN when the length is not known at a glance: for numbers that are not exact or that an exponent
 * may write shorter, a member named `__proto__`, and more than `maxDepth` levels.
 *
 * A text of exactly this length has nothing to spare: no name twice, of which `JSON.parse` would have kept the last, no
 * space, no escape. Its bytes need not be read again: 0.75x.
 *
 * @example freezeAndMeasure({ sub: 'a', exp: 1 }, 32) // 19, the length of '{"sub":"a","exp":1}'
 */
export function freezeAndMeasure(value: unknown, maxDepth: number): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value === 'number') return measureNumber(value)
  if (typeof value === 'boolean') return value ? 4 : 5
  if (typeof value !== 'object' || value === null) return 4
  if (maxDepth === 0) return Number.NaN
  if (Array.isArray(value)) return freezeAndMeasureItems(value, maxDepth)
  const record = value as Readonly<Record<string, unknown>> // JSON.parse makes no other objects
  let length = 1
  let last: string | undefined
  for (const name in record) {
    if (name === '__proto__') return Number.NaN
    const inner = record[name]
    const measured =
      typeof inner === 'string' ? inner.length + 2 : freezeAndMeasure(inner, maxDepth - 1)
    length += name.length + measured + 4 // two quotes, a colon, and a comma or the last brace
    last = name
  }
  Object.freeze(value)
  if (last === undefined) return 2
  // A polluted Object.prototype comes after the own names, and would be measured like them.
  return Object.hasOwn(record, last) ? length : Number.NaN
}

function freezeAndMeasureItems(items: readonly unknown[], maxDepth: number): number {
  let length = 1
  for (const item of items) length += freezeAndMeasure(item, maxDepth - 1) + 1
  Object.freeze(items)
  return length === 1 ? 2 : length
}

/** From 1e3 on, multiples of 1000 are shorter with an exponent. Numbers longer than a time in seconds are rare. */
function measureNumber(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 1e10) return Number.NaN
  if (value >= 1e9) return value % 1000 === 0 ? Number.NaN : 10
  if (value >= 1000) return value % 1000 === 0 ? Number.NaN : digitsBelow1e9(value)
  return value < 10 ? 1 : value < 100 ? 2 : 3
}

function digitsBelow1e9(value: number): number {
  let digits = 4
  for (let power = 1e4; power <= value; power *= 10) digits++
  return digits
}
