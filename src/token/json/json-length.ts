/**
 * Freezes what `JSON.parse` made, all the way down, and answers with the length of the shortest text that parses to it,
 * in characters; NaN where that is not known at a glance (numbers that an exponent may write shorter, and that are not
 * exact; a member named `__proto__`; more than `maxDepth` levels).
 *
 * A text of just this length has nothing to spare: no name twice, of which `JSON.parse` would have kept the last, no
 * space, no escape. Most tokens are written so, and reading their bytes once more can be left out: 0.75x.
 *
 * @example freezeAndMeasure({ sub: 'a', exp: 1 }, 32) // 19, as '{"sub":"a","exp":1}' has
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
  // What somebody has put on Object.prototype comes after the own names, and would be measured like them.
  return Object.hasOwn(record, last) ? length : Number.NaN
}

function freezeAndMeasureItems(items: readonly unknown[], maxDepth: number): number {
  let length = 1
  for (const item of items) length += freezeAndMeasure(item, maxDepth - 1) + 1
  Object.freeze(items)
  return length === 1 ? 2 : length
}

/** From 1e3 on, multiples of 1000 are shorter with an exponent. Numbers of more digits than times have are rare. */
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
