import { describe, expect, test } from 'vitest'
import { isUtf8, readContentType } from '../../src/foundation/content-type.js'
import { isJsonType } from '../../src/foundation/json-type.js'

describe('a content type', () => {
  test.each([
    ['text/plain', 'text/plain', []],
    ['Text/Plain;Charset=UTF-8', 'text/plain', [['charset', 'UTF-8']]],
    [' a/b ; c = "d e" ;', 'a/b', [['c', 'd e']]],
    [
      'a/b; c=d; c=e',
      'a/b',
      [
        ['c', 'd'],
        ['c', 'e'],
      ],
    ],
    ['', '', []],
  ])('%j is read as %s', (text, name, parameters) => {
    expect(readContentType(text)).toEqual({ name, parameters })
  })

  test.each([
    'a/b; c',
    'a/b; =d',
    'a/b; c=',
    'a/b; c=d e',
    'a/b; c="d',
    'a/b; c="d;e"',
    'a/b; c="d\\"e"',
    'a/b; c d=e',
    `a/b;${' '.repeat(300)}c=d`,
  ])('%j can be read in two ways, or is too long, and is not read', (text) => {
    expect(readContentType(text)).toBeUndefined()
  })

  test('a content type that was written to keep a reader busy is refused at once', () => {
    for (const text of [
      `application/json;charset=x${' '.repeat(15_000)}y`,
      `multipart/form-data${' '.repeat(15_000)};=`,
      ';'.repeat(15_000),
    ]) {
      expect(readContentType(text)).toBeUndefined()
      expect(isJsonType(text)).toBe(false)
    }
  })

  test.each([
    ['application/json', true],
    ['APPLICATION/JSON; charset="utf-8"', true],
    ['application/json; charset=utf8; charset=UTF-8', true],
    ['application/json; charset=latin1', false],
    ['application/json; charset=utf-8; charset=latin1', false],
    ['application/jsonp', false],
    ['text/json', false],
  ])('%j is JSON in UTF-8: %s', (text, expected) => {
    expect(isJsonType(text)).toBe(expected)
  })

  test('a content type without a charset is UTF-8', () => {
    expect(isUtf8({ name: 'a/b', parameters: [] })).toBe(true)
  })
})
