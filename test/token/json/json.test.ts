import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseExact } from '../../../src/token/json/exact-json.js'
import { parseStrictObject } from '../../../src/token/json/json.js'

const limits = { maxDepth: 32 }
const parse = (text: string, options = {}) =>
  parseStrictObject(Buffer.from(text), { ...limits, ...options })

describe('a strict parse', () => {
  test('a strict parse agrees with JSON.parse on every object that it accepts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })), (value) => {
        const text = JSON.stringify(value)
        const result = parse(text)
        if (result.ok) expect(result.object).toEqual(JSON.parse(text))
        else expect(['number', 'prototype']).toContain(result.problem)
      }),
      { numRuns: 2000 },
    )
  })
  test('a strict parse finds every duplicate name at any depth', () => {
    const name = fc.string({
      maxLength: 3,
      unit: fc.constantFrom('a', '"', '\\', ':', '{', 'é', '\u2028'),
    })
    fc.assert(
      fc.property(fc.array(name, { maxLength: 6 }), fc.nat(3), (names, depth) => {
        const members = names.map((each) => `${JSON.stringify(each)} : "x:{"`).join(',')
        const text = `${'{"o":['.repeat(depth)}{${members}}${']}'.repeat(depth)}`
        const unique = new Set(names).size === names.length
        expect(parse(text).ok).toBe(unique)
      }),
      { numRuns: 2000 },
    )
  })
  test.each([
    ['duplicate', '{"a":1,"\\u0061":2}'],
    ['prototype', '{"a":{"__proto__":1}}'],
    ['number', '{"a":[1e999]}'],
    ['number', '{"a":9007199254740992}'],
    ['syntax', '{"a":1,}'],
    ['syntax', '{"a:1}'],
    ['syntax', ''],
    ['not an object', '[1]'],
    ['not an object', '"a:b"'],
    ['not an object', 'null'],
    ['depth', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
  ])('a strict parse names the problem: %s', (problem, text) => {
    expect(parse(text)).toEqual({ ok: false, problem })
  })
  test('a strict parse reads a name that ends in a quote correctly after one that ends in a backslash', () => {
    for (const stem of ['', 'a', 'é', '\u2028']) {
      const names = [`${stem}\\`, `${stem}"`]
      for (let round = 0; round < 100; round++) {
        for (const name of [...names, ...names.toReversed()]) {
          const [first, twice] = [JSON.stringify(name), JSON.stringify(`${stem}"`)]
          const read = parse(`{"o":1,${first}:2}`)
          expect(read.ok && Object.keys(read.object)).toEqual(['o', name])
          expect(parse(`{"o":1,${twice}:1,"x":${String(round)},${twice}:2}`).ok).toBe(false)
        }
      }
    }
  })
  test('a strict parse refuses a large integer also beside a name with an escape', () => {
    for (const members of ['"\\\\":9007199254740993', '"\\"":9007199254740993,"a":1'])
      expect(parse(`{${members}}`)).toEqual({ ok: false, problem: 'number' })
    for (let round = 0; round < 100; round++)
      expect(parse('{"\\\\":1}').ok && parse('{"\\"":9007199254740993,"\\\\":1}').ok).toBe(false)
  })
  test('a strict parse freezes the result at every depth', () => {
    const result = parse('{"a":{"b":[{"c":1}]}}')
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen))
    expect(result.ok && frozen(result.object)).toBe(true)
  })
  test('a strict parse reads bytes inside a larger buffer', () => {
    const bytes = Buffer.from('xx{"a":1}xx').subarray(2, 9)
    expect(parseStrictObject(bytes, limits)).toEqual({ ok: true, object: { a: 1 } })
  })
})

describe('exact integers', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e9, min: -1e9 }),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any')),
      fc.dictionary(fc.string(), tie('any')),
    ),
  })).any

  /** JSON with bigints written out in digits. */
  const write = (value: unknown): string => {
    if (typeof value === 'bigint') return String(value)
    if (Array.isArray(value)) return `[ ${value.map(write).join(' ,\n')}]`
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    const members = Object.entries(value).map(
      ([name, inner]) => `${JSON.stringify(name)} :\t${write(inner)}`,
    )
    return `{ ${members.join(', ')} }`
  }
  const expected = (value: unknown): unknown => {
    if (typeof value === 'bigint') {
      return value >= -(2n ** 53n - 1n) && value <= 2n ** 53n - 1n ? Number(value) : value
    }
    if (Array.isArray(value)) return value.map(expected)
    if (typeof value === 'number') return value === 0 ? 0 : value
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expected(inner)]))
  }
  test('exact integers keep every digit, and all other values are as JSON.parse reads them', () => {
    fc.assert(
      fc.property(value, (value) => {
        expect(parseExact(write(value))).toEqual(expected(value))
      }),
      { numRuns: 3000 },
    )
  })
  test('exact integers are refused unless bigints is set', () => {
    const text = '{"a":-123456789012345678901234567890}'
    expect(parse(text)).toEqual({ ok: false, problem: 'number' })
    expect(parse(text, { bigints: true })).toEqual({
      ok: true,
      object: { a: -123456789012345678901234567890n },
    })
  })
})
