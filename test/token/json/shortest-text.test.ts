import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freezeAndMeasure } from '../../../src/token/json/json.js'
import { parseStrictObject } from '../../../src/token/json/json.js'

const maxDepth = 32
const measure = (text: string) => freezeAndMeasure(JSON.parse(text), maxDepth)

describe('the length of the shortest text', () => {
  test('the shortest length is that of JSON.stringify, or NaN', () => {
    let known = 0
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        const measured = measure(text)
        if (Number.isNaN(measured)) return
        known++
        // An escape makes the text longer than what it stands for.
        expect(measured).toBeLessThanOrEqual(text.length)
        if (!text.includes('\\')) expect(measured).toBe(text.length)
      }),
      { numRuns: 5000 },
    )
    expect(known).toBeGreaterThan(1000)
  })
  test('the shortest length of a number is never more than the length of any spelling of it', () => {
    const digits = fc.integer({ min: 0, max: 99_999 })
    fc.assert(
      fc.property(digits, fc.integer({ min: -6, max: 12 }), (mantissa, exponent) => {
        for (const text of [
          `${String(mantissa)}e${String(exponent)}`,
          String(mantissa * 10 ** exponent),
        ]) {
          const measured = measure(text)
          if (!Number.isNaN(measured)) expect(measured).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 20_000 },
    )
    for (const text of ['0', '9', '10', '99', '100', '999', '1001', '999999999', '1790000123'])
      expect(measure(text)).toBe(text.length)
    for (const text of ['-1', '-0', '0.5', '1e3', '1000', '1790000000', '1e10', '9007199254740993'])
      expect(measure(text)).not.toBe(text.length)
  })
  test('a text with a name twice is always longer than the shortest length', () => {
    const name = fc.constantFrom('a', 'b', '', 'exp', '__proto__', '\\u0061')
    const value = fc.constantFrom(
      ...['0', '1e3', '1000', '1e2', '100', '12e2', '1200', '-0', '0.1', '1E0', '1e9', '1e10'],
      ...['""', '"a"', '"\\u0061"', 'true', 'false', 'null', '[]', '{}', '[1,2]', '{"a":1}'],
    )
    let [twice, once] = [0, 0]
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 5 }), (members) => {
        const text = `{${members.map(([each, of]) => `"${each}":${of}`).join(',')}}`
        const names = members.map(([each]) => (each === '\\u0061' ? 'a' : each))
        const isUnique = new Set(names).size === names.length
        if (measure(text) === text.length) {
          expect(isUnique).toBe(true)
          once++
        }
        if (!isUnique) twice++
      }),
      { numRuns: 20_000 },
    )
    expect(Math.min(twice, once)).toBeGreaterThan(500)
  })
  test('the shortest length is NaN beyond the maximum depth and with a member named __proto__', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(measure(nested(32))).toBe(64)
    expect(measure(nested(33))).toBeNaN()
    expect(measure('{"a":{"__proto__":1}}')).toBeNaN()
  })
  test('a polluted Object.prototype makes the shortest length NaN', () => {
    // Without this the four characters of `,"":` and a value could be hidden behind them.
    Object.assign(Object.prototype, { p: 1 })
    try {
      const text = '{"a":1,"a":1}'
      expect(measure('{"a":1}')).toBeNaN()
      expect(parseStrictObject(Buffer.from(text), { maxDepth })).toEqual({
        ok: false,
        problem: 'duplicate',
      })
    } finally {
      Reflect.deleteProperty(Object.prototype, 'p')
    }
  })
})

test('bytes that are not UTF-8 are refused, even when there are as many bytes as characters', () => {
  const bytes = Buffer.from('{"a":"?"}')
  bytes[6] = 0xff
  expect(parseStrictObject(bytes, { maxDepth })).toEqual({ ok: false, problem: 'utf8' })
})
