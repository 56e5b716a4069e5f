import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import {
  count,
  flag,
  func,
  guarding,
  milliseconds,
  number,
  oneOf,
  optionalFunc,
  part,
  readOptions,
  seconds,
  text,
} from '../../src/foundation/options.js'

describe('readOptions', () => {
  test('readOptions names an unknown option and the one that was meant, never its value', () => {
    const error = caught(() => readOptions('createX', { keys: text() }, { Keys: 'a value' }))
    expect(error).toMatchObject({ option: 'createX.Keys' })
    expect(String(error)).toContain('"keys"')
    expect(String(error)).not.toContain('a value')
  })
  test('readOptions lists the known options when none is near the unknown one', () => {
    const error = caught(() => readOptions('createX', { keys: text(), realm: text() }, { zzz: 1 }))
    expect(String(error)).toContain('known options: keys, realm')
  })
  test.each([null, undefined, [], 'x', 1])('readOptions refuses %j as options', (options) => {
    expect(caught(() => readOptions('createX', {}, options))).toBeInstanceOf(ConfigError)
  })
  test('readOptions fills in defaults, in the form that the option reads them in', () => {
    const table = { life: seconds({ default: '15m' }), typ: text({ optional: true }) }
    expect(readOptions('createX', table, {})).toEqual({ life: 900, typ: undefined })
  })
  test('readOptions takes undefined for left out, and null for a value', () => {
    const table = { realm: text({ default: 'api' }) }
    expect(readOptions('createX', table, { realm: undefined })).toEqual({ realm: 'api' })
    expect(caught(() => readOptions('createX', table, { realm: null }))).toMatchObject({
      option: 'createX.realm',
    })
  })
  test('readOptions refuses undefined for an option that guards something, and takes its absence', () => {
    const table = { authorize: guarding(optionalFunc()), realm: text({ default: 'api' }) }
    expect(readOptions('createX', table, {})).toEqual({ authorize: undefined, realm: 'api' })
    expect(caught(() => readOptions('createX', table, { authorize: undefined }))).toMatchObject({
      message: 'createX.authorize: is undefined; leave it out if you mean its default',
    })
  })
  test('readOptions reads an option once, so that a getter cannot give another value after the check', () => {
    let reads = 0
    const options = {
      get optional() {
        reads++
        return reads > 1
      },
    }
    const table = { optional: flag({ default: true }) }
    expect(readOptions('createX', table, options)).toEqual({ optional: false })
    expect(reads).toBe(1)
  })
  test('readOptions refuses a required option that is left out', () => {
    expect(caught(() => readOptions('createX', { verify: func() }, {}))).toMatchObject({
      message: 'createX.verify: must be a function',
    })
  })
})

test.each([
  ['a duration above its bound', seconds({ most: 300 }), 301, 'must be at most 300 seconds'],
  [
    'a duration below its bound',
    seconds({ least: 1, most: 60 }),
    0,
    'must be from 1 to 60 seconds',
  ],
  ['a duration that is none', seconds(), 'soon', 'must be seconds'],
  ['a fraction for a whole number', count(), 1.5, 'must be a whole number'],
  ['zero, where one is the least', count(), 0, 'must be at least 1'],
  ['too long a time', milliseconds({ most: 10 }), 11, 'must be from 1 to 10 milliseconds'],
  ['a number that is none', number({ least: 0, most: 0.1 }), NaN, 'must be a number'],
  ['a number out of bounds', number({ least: 0, most: 0.1 }), 0.2, 'must be from 0 to 0.1'],
  ['text for a boolean', flag(), 'yes', 'must be a boolean'],
  ['empty text', text(), '', 'must be text'],
  ['text for a function', optionalFunc(), 'f', 'must be a function'],
  ['another word', oneOf(['a', 'b', 'c']), 'd', 'must be "a", "b" or "c"'],
  ['an object without the member', part('a store', ['open']), {}, 'must be a store'],
] as const)('an option refuses %s', (...[, option, given, problem]) => {
  expect(caught(() => option.read(given, 'createX.it'))).toMatchObject({
    option: 'createX.it',
    message: expect.stringContaining(`createX.it: ${problem}`) as string,
  })
})

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return expect.unreachable('it was accepted')
}
