import { describe, expect, test } from 'vitest'
import { notify } from '../../src/foundation/listener.js'
import { isScopeToken, isStorableName, isText, nearestName } from '../../src/foundation/names.js'

describe('notify', () => {
  test('notify drops what a listener throws or rejects with', async () => {
    notify(() => {
      throw new Error('thrown')
    }, {})
    notify(() => Promise.reject(new Error('rejected')), {})
    notify(undefined, {})
    // An unhandled rejection would end the test run.
    await new Promise((resolve) => setImmediate(resolve))
  })
  test('notify leaves an Error as it is, because error reporters mark it', () => {
    const error = new Error('changed')
    notify((event) => Object.assign(event, { seen: true }), error)
    expect(error).toMatchObject({ seen: true })
  })
  test('notify freezes the event, so that no listener changes it for another', () => {
    const event = { kind: 'refreshed' }
    notify(() => undefined, event)
    expect(Object.isFrozen(event)).toBe(true)
  })
})

test.each([
  ['', false],
  ['user-1', true],
  ['a\0b', false],
  ['half a pair \ud800', false],
  ['x'.repeat(1024), true],
  ['x'.repeat(1025), false],
  [undefined, false],
])('isStorableName(%j) is %s', (name, expected) => {
  expect(isStorableName(name)).toBe(expected)
})

test('isScopeToken takes visible ASCII without quotes and backslashes', () => {
  expect(['orders:read', '!', '~'].every(isScopeToken)).toBe(true)
  expect(['', ' ', 'a b', 'a"b', 'a\\b', 'é', undefined].some(isScopeToken)).toBe(false)
})

test('isText refuses the empty text', () => {
  expect([isText('x'), isText(''), isText(1)]).toEqual([true, false, false])
})

test.each([
  ['isuer', 'issuer'],
  ['Issuer', 'issuer'],
  ['aud', 'audience'],
  ['retruns', 'returns'],
  ['jwt', undefined],
  ['zzz', undefined],
])('nearestName(%j) is %j', (name, expected) => {
  expect(nearestName(name, ['issuer', 'audience', 'returns', 'now'])).toBe(expected)
})
