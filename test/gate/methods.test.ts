import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { select, type Rules, type Selector } from '../../src/gate/index.js'
import { fakeCall, type CallShape } from './calls.js'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'QUERY']
const overrides = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']

/** The methods with which a call needs no token. */
const opened = (selector: Selector, shape: CallShape = { url: '/posts' }) =>
  methods.filter((method) => !selector(fakeCall({ ...shape, method })))

describe('rules that open, with a method', () => {
  test.each<[Rules, string[]]>([
    [{ path: '/posts', method: 'GET' }, ['GET']],
    [{ path: '/posts', method: ['GET', 'HEAD'] }, ['GET', 'HEAD']],
    [{ prefix: '/posts', method: 'POST' }, ['POST']],
    [{ regex: /\/p.*/, method: 'QUERY' }, ['QUERY']],
    [{ match: ({ path }) => path === '/posts', method: 'PUT' }, ['PUT']],
    [{ path: '/other', prefix: '/posts', method: 'GET' }, ['GET']],
    [{ path: '/other', method: 'GET' }, []],
    [{ path: '/posts' }, methods],
  ])('%j opens exactly %j', (except, wanted) => {
    expect(opened(select({ except }))).toEqual(wanted)
    expect(opened(select({ except: [except] }))).toEqual(wanted)
  })

  test('rules with a method open the router’s pattern for that method only', () => {
    const selector = select({ except: { path: '/posts/:id', method: 'GET' } })
    expect(opened(selector, { url: '/posts/7', pattern: '/posts/:id' })).toEqual(['GET'])
    expect(opened(selector, { url: '/posts/7' })).toEqual([])
  })

  test('select takes a list of rules, each with its own methods', () => {
    const selector = select({
      except: [
        { path: '/posts', method: 'GET' },
        { path: '/login', method: 'POST' },
        { path: '/healthz' },
      ],
    })
    expect(opened(selector)).toEqual(['GET'])
    expect(opened(selector, { url: '/login' })).toEqual(['POST'])
    expect(opened(selector, { url: '/healthz' })).toEqual(methods)
    expect(opened(selector, { url: '/x' })).toEqual([])
    expect(selector.unusedRules()).toEqual([])
  })

  test('rules with a method open no call without a method, and none whose method is in lower case', () => {
    const selector = select({ except: { path: ['/posts', '/a.B/C'], method: ['GET', 'POST'] } })
    expect(selector({ ...fakeCall({ url: '/posts' }), method: undefined })).toBe(true)
    expect(selector({ ...fakeCall({ operation: '/a.B/C' }), method: undefined })).toBe(true)
    expect(selector(fakeCall({ url: '/posts', method: 'get' }))).toBe(true)
  })

  test.each(overrides)('rules with a method open nothing when %s may replace it', (name) => {
    const selector = select({ except: { path: '/posts', method: ['GET', 'POST'] } })
    for (const value of ['DELETE', 'GET', ''])
      expect(opened(selector, { url: '/posts', fields: [[name, value]] })).toEqual([])
    // Without a method in the rule the header changes nothing.
    const any = select({ except: { path: '/posts' } })
    expect(opened(any, { url: '/posts', fields: [[name, 'DELETE']] })).toEqual(methods)
  })
})

describe('_method in the query, as method-override reads it', () => {
  test.each(['_method=DELETE', 'a=1&_method', '%5Fmethod=DELETE'])(
    'a call with %s in its query is not opened',
    (query) => {
      const selector = select({ except: { path: '/posts', method: ['GET', 'POST'] } })
      expect(opened(selector, { url: `/posts?${query}` })).toEqual([])
      const any = select({ except: { path: '/posts' } })
      expect(opened(any, { url: `/posts?${query}` })).toEqual(methods)
    },
  )

  test('a call with _method in its query is guarded, whatever its method is', () => {
    const selector = select({ path: '/posts', method: 'DELETE' })
    expect(opened(selector, { url: '/posts?_method=DELETE' })).toEqual([])
    expect(opened(selector, { url: '/posts?method=DELETE' })).not.toContain('DELETE')
    expect(opened(selector, { url: '/posts?method=DELETE' })).toContain('POST')
  })
})

describe('rules that guard, with a method', () => {
  const guarded = (selector: Selector, shape: CallShape = { url: '/posts' }) =>
    methods.filter((method) => selector(fakeCall({ ...shape, method })))

  test.each<[Rules, string[]]>([
    [{ path: '/posts', method: 'POST' }, ['POST']],
    [{ path: '/posts', method: ['PUT', 'DELETE'] }, ['PUT', 'DELETE']],
    [{ prefix: '/', method: 'GET' }, ['GET', 'HEAD']],
    [{ prefix: '/', method: 'HEAD' }, ['HEAD']],
    [{ method: ['POST', 'PUT'] }, ['POST', 'PUT']],
    [{ path: '/other', method: 'POST' }, []],
  ])('%j guards exactly %j', (rules, wanted) => {
    expect(guarded(select(rules))).toEqual(wanted)
    expect(guarded(select(rules), { url: '/posts', pattern: '/posts' })).toEqual(wanted)
  })

  test('guarding rules guard a method in lower case, which some routers take for the same', () => {
    const selector = select({ path: '/posts', method: ['DELETE', 'GET'] })
    for (const method of ['delete', 'Delete', 'get', 'head'])
      expect(selector(fakeCall({ url: '/posts', method }))).toBe(true)
    expect(selector(fakeCall({ url: '/posts', method: 'post' }))).toBe(false)
  })

  test('guarding rules guard a call whose method is unknown or may be replaced', () => {
    const selector = select({ path: '/posts', method: 'DELETE' })
    expect(selector({ ...fakeCall({ url: '/posts' }), method: undefined })).toBe(true)
    for (const name of overrides)
      expect(guarded(selector, { url: '/posts', fields: [[name, 'x']] })).toEqual(methods)
    expect(guarded(selector, { url: '/x', fields: [['X-HTTP-Method', 'DELETE']] })).toEqual([])
  })
})

describe('building rules with a method', () => {
  test.each<[string, unknown]>([
    ['lower case', 'get'],
    ['mixed case', 'Get'],
    ['a blank', 'GET '],
    ['an empty text', ''],
    ['an empty list', []],
    ['a list in text', 'GET,POST'],
    ['a number', 1],
    ['one of two', ['GET', 'post']],
    ['a star', '*'],
    ['undefined', undefined],
    ['null', null],
  ])('select refuses %s as a method', (_name, method) => {
    // What callers in plain JavaScript can pass.
    const rules = { path: '/posts', method } as Rules
    expect(() => select({ except: rules })).toThrow(ConfigError)
    expect(() => select({ except: [{ path: '/x' }, rules] })).toThrow(/^select\.except\.1\.method/)
    expect(() => select(rules)).toThrow(/^select\.method/)
  })

  test('select refuses a method alone where it would open every path', () => {
    expect(() => select({ except: { method: 'GET' } })).toThrow(/alone would open every path/)
    expect(() => select({ except: { method: 'GET', path: [] } })).toThrow(ConfigError)
  })

  test('unusedRules names the method of a rule that has never matched', () => {
    const selector = select({ except: [{ path: '/posts', method: ['GET', 'HEAD'] }] })
    expect(selector.unusedRules()).toEqual(['select.except.0.path "/posts" for GET, HEAD'])
  })
})
