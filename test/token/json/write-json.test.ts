import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExact } from '../../../src/token/json/exact-json.js'
import { parseStrictObject } from '../../../src/token/json/json.js'
import { toJson, writeJson } from '../../../src/token/json/write-json.js'

test('writeJson and toJson write what JSON.stringify writes, for every value without a bigint', () => {
  const odd = fc.constantFrom(undefined, Number.NaN, -0, new Date(0), Symbol('a'), new String('a'))
  const values = fc.anything({ values: [fc.string(), fc.double(), fc.boolean(), odd] })
  fc.assert(
    fc.property(values, (value) => {
      const text = JSON.stringify({ value })
      expect(writeJson({ value })).toBe(text)
      expect(toJson({ value })).toBe(text)
    }),
  )
})

test('writeJson and toJson write a bigint with all its digits, wherever it stands, and what toJSON returns', () => {
  const value = { a: [1n, { b: 2n ** 64n }, undefined], at: { toJSON: () => 5n }, none: undefined }
  const text = '{"a":[1,{"b":18446744073709551616},null],"at":5}'
  expect(writeJson(value)).toBe(text)
  expect(toJson(value)).toBe(text)
})

test('a JSON text with random integers is the same after parseExact and writeJson', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      fc.string(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(value, (each) => {
      const text = writeJson(each)
      expect(writeJson(parseExact(text))).toBe(text)
    }),
  )
})

test('toJson throws what JSON.stringify throws for a cycle, beside a bigint too', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  expect(() => toJson(cycle)).toThrow(/circular/)
  cycle['id'] = 1n
  expect(() => toJson(cycle)).toThrow(TypeError)
})

test('a strict parse with bigints and rounded keeps integers exact, and rounds what is longer than any double', () => {
  const read = (text: string) => {
    const limits = { maxDepth: 8, rounded: true, bigints: true }
    const result = parseStrictObject(Buffer.from(text), limits)
    return result.ok ? result.object['a'] : result.problem
  }
  expect(read('{"a":9007199254740993}')).toBe(9007199254740993n)
  expect(read('{"a":1e20}')).toBe(1e20)
  expect(read('{"a":9007199254740991}')).toBe(9007199254740991)
  expect(read(`{"a":${'9'.repeat(400)}}`)).toBe(Infinity)
  expect(read('{"a":9007199254740993,"a":1}')).toBe('duplicate')
})
