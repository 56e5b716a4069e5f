import { expect, test } from 'vitest'
import { readJsonBody } from '../../../src/api-spec/runtime/json-body.js'

const read = (text: string | Buffer, type: string | undefined = 'application/json') =>
  readJsonBody(Buffer.from(text), { type, encoding: undefined })

test.each([
  ['{"a":1}', { a: 1 }],
  [' { "a" : [ { "b" : "\\"" } ] } ', { a: [{ b: '"' }] }],
  ['{"a":12345678901234567890,"b":"\\n"}', { a: 12345678901234567890, b: '\n' }],
  ['{"a":1e30,"b":0.1}', { a: 1e30, b: 0.1 }],
  ['[1,2]', [1, 2]],
  ['"text"', 'text'],
  ['null', null],
])('readJsonBody reads %s as JSON.parse does', (text, value) => {
  expect(JSON.parse(text)).toEqual(value)
  expect(read(text)).toEqual(value)
})

test.each([
  ['{"a":1,"a":2}', 'a member twice'],
  ['{"a":1,"\\u0061":2}', 'a member twice'],
  ['[{"a":1,"a":1}]', 'a member twice'],
  ['{"a":{"b":1,"b":2}}', 'a member twice'],
  ['{"__proto__":1}', 'named __proto__'],
  ['{"a":1', 'must be JSON'],
  ['{"a":NaN}', 'must be JSON'],
  ['\ufeff{}', 'must be JSON'],
  ['['.repeat(65) + ']'.repeat(65), 'deeper than 64'],
])('readJsonBody refuses %s, and repeats nothing of it', (text, message) => {
  const problems = [{ path: '', message: expect.stringContaining(message) as string }]
  expect(() => read(text)).toThrow(expect.objectContaining({ problems }))
})

test('readJsonBody refuses bytes that are not UTF-8', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ])
    expect(() => read(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ problems: [{ path: '', message: 'must be UTF-8' }] }),
    )
})

test('readJsonBody takes UTF-8 alone, and bodies as they are', () => {
  for (const type of [
    'application/json',
    'Application/JSON ; charset=utf-8',
    'application/json;x=1;charset="UTF8"',
  ])
    expect(readJsonBody(Buffer.from('{}'), { type, encoding: 'Identity' })).toEqual({})
  for (const type of [
    undefined,
    'text/plain',
    'application/json-patch+json',
    'application/json;charset=utf-16',
    'application/json;charset=utf-8;charset=utf-16',
    'application/json;charset=',
  ])
    expect(() => readJsonBody(Buffer.from('{}'), { type, encoding: undefined })).toThrow('415')
  for (const encoding of ['gzip', 'identity, gzip', ''])
    expect(() => readJsonBody(Buffer.from('{}'), { type: 'application/json', encoding })).toThrow(
      '415',
    )
})

test('readJsonBody reads an empty body as none, whatever its fields say', () => {
  expect(readJsonBody(Buffer.alloc(0), { type: 'text/plain', encoding: 'gzip' })).toBeUndefined()
})
