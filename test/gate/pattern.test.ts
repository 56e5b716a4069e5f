import { describe, expect, test } from 'vitest'
import { select } from '../../src/gate/index.js'
import { fakeCall } from './calls.js'
import { cpuMs } from '../setup/cpu-time.js'

describe('a guarding rule with parameters, where there is no pattern', () => {
  test.each([
    ['/users/:id', '/users/7', true],
    ['/users/:id', '/USERS/7/', true],
    ['/users/:id', '/users/caf%C3%A9', true],
    ['/users/:id/', '/users/7', true],
    ['/users/:id', '/users', false],
    ['/users/:id', '/users/7/orders', false],
    ['/Users/:Id/orders', '/users/7/orders', true],
    ['/users/:id/orders', '/users/7/8/orders', false],
    ['/users/:id', '/usersx/7', false],
    ['/a.b/:id', '/axb/7', false],
    ['/a-:from.:to', '/a-b.c', true],
    ['/a-:from', '/b-c', false],
    ['/files/*', '/files/a/b', true],
    ['/files/*rest', '/files/', true],
    ['/files/*', '/filesystem', false],
    ['/files/a*', '/files/abc/d', true],
    ['/files/*rest/raw', '/files/a/b/raw', true],
    ['/*', '/anything', true],
    ['/*', '/', true],
    ['/users{/:id}', '/users', true],
    ['/users{/:id}', '/users/7', true],
    ['/users/:id?', '/users', true],
    ['/users/:id?', '/users/7', true],
    ['/users/:id([0-9]+)', '/users/7', true],
    ['/users/:id([^/]+)/x', '/users/7/x', true],
  ])('%s guards %s: %s', (path, url, isGuarded) => {
    expect(select({ path })(fakeCall({ url }))).toBe(isGuarded)
  })

  test.each([
    ['/users/:id/private', '/users/7/private', true],
    ['/users/:id/private', '/users/7/private/x', true],
    ['/users/:id/private', '/users/7/privateer', false],
    ['/users/:id/', '/users/7/x', true],
    ['/users/:id', '/users', false],
  ])('the prefix %s guards %s: %s', (prefix, url, isGuarded) => {
    expect(select({ prefix })(fakeCall({ url }))).toBe(isGuarded)
  })

  test('a guarding rule with parameters refuses a path that can be read in more than one way', () => {
    expect(() => select({ path: '/users/:id' })(fakeCall({ url: '/users/a%2fb' }))).toThrow()
  })

  test('a pattern that matched is not among the unused rules', () => {
    const selector = select({ path: ['/users/:id', '/typo/:id'] })
    selector(fakeCall({ url: '/users/7' }))
    expect(selector.unusedRules()).toEqual(['select.path "/typo/:id"'])
  })

  test('a guarding rule with parameters matches a long path in linear time', () => {
    const selector = select({ path: '/:a/:b-:c/x/*y/z' })
    const ms = cpuMs(() => {
      expect(selector(fakeCall({ url: '/a-'.repeat(5000) }))).toBe(false)
    })
    expect(ms).toBeLessThan(500)
  })
})

describe('a guarding rule with parameters, where the router has found a pattern', () => {
  const selector = select({ path: '/users/:id' })

  test('a guarding rule with parameters does not match a route without parameters that has another name', () => {
    expect(selector(fakeCall({ url: '/users/login', pattern: '/users/login' }))).toBe(false)
  })

  test.each(['/users/:id', '/users/:user', '/*', '/:area/:id'])(
    'a guarding rule with parameters guards the paths of %s that it can match',
    (pattern) => {
      expect(selector(fakeCall({ url: '/users/7', pattern }))).toBe(true)
      expect(selector(fakeCall({ url: '/orders', pattern: '/*' }))).toBe(false)
    },
  )
})

describe('a rule with parameters under except', () => {
  test.each([
    { path: '/users/:id' },
    { prefix: '/users/:id' },
    { path: '/files/*' },
    { prefix: '/files/*' },
  ])('under except %j opens the pattern and never a path', (rules) => {
    const selector = select({ except: rules })
    const [pattern = ''] = Object.values(rules)
    expect(selector(fakeCall({ url: '/users/7', pattern }))).toBe(false)
    for (const url of ['/users/7', '/files/a', pattern]) {
      expect(selector(fakeCall({ url }))).toBe(true)
      expect(selector(fakeCall({ url, pattern: '/:any/:other' }))).toBe(true)
    }
  })
})
