import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { select, type Rules, type Selector } from '../../src/gate/index.js'
import { fakeCall } from './calls.js'

const refused = [
  '//a',
  '/a//b',
  '/a/../b',
  '/./a',
  '/a/.',
  '/..',
  '/a;b',
  '/a\\b',
  '/a%2fb',
  '/a%2Fb',
  '/a%5cb',
  '/a%252e',
  '/%2e%2e/a',
  '/a%3bb',
  '/a%00',
  '/a%0d%0a',
  '/a%zz',
  '/a%',
  '/a%ff',
  '/a#b',
  'a',
  '',
  'http://h/a',
  '*',
  '/a b',
  '/ä',
  '/a\u0000',
]

describe('paths', () => {
  test.each(refused)('%j is refused with 400 in both forms', (url) => {
    for (const selector of [select({ except: { path: '/x' } }), select({ path: '/x' })]) {
      expect(codeOf(selector, url)).toBe('PATH_REFUSED')
    }
  })

  test.each(['/a', '/a/', '/a.b', '/a..b', '/...', '/caf%C3%A9', '/a%20b', '/a-_~!$&()*+,=:@'])(
    '%j is accepted',
    (url) => {
      expect(select({ except: { path: '/x' } })(fakeCall({ url }))).toBe(true)
    },
  )

  test('no mix of odd path segments opens a prefix or escapes it', () => {
    const part = fc.constantFrom(
      ...'/ . .. %2e %2f %5c ; // %25 admin ADMIN %61dmin public a'.split(' '),
    )
    const open = select({ except: { prefix: '/public' } })
    const guard = select({ prefix: '/admin' })
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const url = `/${parts.join('')}`
        const read = liberally(url)
        if (answer(open, url) === false) expect(read).toMatch(/^\/public(\/|$)/)
        if (answer(guard, url) === false) expect(read).not.toMatch(/^\/admin(\/|$)/)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('select({ except })', () => {
  const open = (rules: Rules, url: string) => !select({ except: rules })(fakeCall({ url }))

  test.each<[Rules, string, boolean]>([
    [{ path: '/a' }, '/a', true],
    [{ path: '/a' }, '/A', false],
    [{ path: '/a' }, '/a/', false],
    [{ path: '/a' }, '/%61', false],
    [{ path: ['/a', '/b'] }, '/b', true],
    [{ prefix: '/public' }, '/public', true],
    [{ prefix: '/public' }, '/public/x', true],
    [{ prefix: '/public' }, '/publicity', false],
    [{ prefix: '/public/' }, '/public', false],
    [{ prefix: '/public/' }, '/public/x', true],
    [{ regex: /\/v\d/ }, '/v1', true],
    [{ regex: /\/v\d/ }, '/v1/x', false],
    [{ regex: /\/v\d/ }, '/x/v1', false],
    [{ regex: /a|\/ab/ }, '/ab', true],
    [{ regex: '/v[0-9]' }, '/v2', true],
    [{ match: ({ method }) => method === 'GET' }, '/x', true],
    [{ match: () => false }, '/x', false],
    [{}, '/', false],
  ])('%j opens %s: %s', (rules, url, isOpen) => {
    expect(open(rules, url)).toBe(isOpen)
  })

  test('select({ except }) matches the router’s pattern instead of the path when there is one', () => {
    const selector = select({ except: { path: '/items/:id' } })
    expect(selector(fakeCall({ url: '/items/a%2fb', pattern: '/items/:id' }))).toBe(false)
    expect(selector(fakeCall({ url: '/items/:id', pattern: '/:any/:id' }))).toBe(true)
  })

  test('select({ except }) matches the RPC method', () => {
    const selector = select({ except: { prefix: '/grpc.health.v1.Health' } })
    const call = (operation: string) => fakeCall({ operation, url: '/grpc.health.v1.Health/Check' })
    expect(selector(call('/grpc.health.v1.Health/Check'))).toBe(false)
    expect(selector(call('/shop.Orders/List'))).toBe(true)
  })
})

describe('select of rules', () => {
  test.each<[Rules, string, boolean]>([
    [{ path: '/a' }, '/a', true],
    [{ path: '/a' }, '/A/', true],
    [{ path: '/a/' }, '/a', true],
    [{ path: '/a' }, '/%61', true],
    [{ path: '/a' }, '/a/b', false],
    [{ prefix: '/api' }, '/API/x', true],
    [{ prefix: '/api/' }, '/api', true],
    [{ prefix: '/api' }, '/apis', false],
    [{ prefix: '/' }, '/anything', true],
    [{ regex: /\/v\d+\// }, '/x/V1/y', true],
    [{ regex: /^\/v\d+$/ }, '/v1/y', false],
    [{ path: '/a', prefix: '/b', regex: /^\/c$/, match: ({ path }) => path === '/d' }, '/d', true],
  ])('%j guards %s: %s', (rules, url, isGuarded) => {
    expect(select(rules)(fakeCall({ url }))).toBe(isGuarded)
  })

  test('select looks at both the pattern and the path', () => {
    const selector = select({ path: ['/users/me', '/items/:id'] })
    expect(selector(fakeCall({ url: '/users/me', pattern: '/users/:id' }))).toBe(true)
    expect(selector(fakeCall({ url: '/items/1', pattern: '/items/:id' }))).toBe(true)
    expect(selector(fakeCall({ url: '/users/you', pattern: '/users/:id' }))).toBe(false)
  })

  test('select guards an odd path on a known route instead of refusing it', () => {
    expect(select({ path: '/x' })(fakeCall({ url: '/files/a%2fb', pattern: '/files/*' }))).toBe(
      true,
    )
  })

  test('select ignores the path when there is an RPC method', () => {
    expect(select({ path: '/x' })(fakeCall({ operation: '/a.B/C', url: '//' }))).toBe(false)
  })
})

describe('preflights', () => {
  const fields = [
    ['Origin', 'https://site.example'],
    ['Access-Control-Request-Method', 'POST'],
  ] as const
  const preflight = fakeCall({ method: 'OPTIONS', url: '/x', fields })

  test('preflights are guarded unless the option preflight opens them', () => {
    expect(select({ except: {} })(preflight)).toBe(true)
    expect(select({ except: {}, preflight: 'open' })(preflight)).toBe(false)
    expect(select({ prefix: '/', preflight: 'open' })(preflight)).toBe(false)
  })

  test.each([
    [{ method: 'OPTIONS', fields: fields.slice(1) }],
    [{ method: 'OPTIONS', fields: fields.slice(0, 1) }],
    [{ method: 'POST', fields }],
    [{ method: 'OPTIONS', fields: [...fields, ['X-HTTP-Method-Override', 'POST'] as const] }],
    [{ method: 'OPTIONS', fields: [...fields, ...fields] }],
  ])('a preflight is exactly what browsers send: %j is not one', (shape) => {
    expect(select({ except: {}, preflight: 'open' })(fakeCall({ ...shape, url: '/x' }))).toBe(true)
  })
})

describe('unusedRules', () => {
  test('unusedRules names the rules that have never matched', () => {
    const selector = select({ except: { path: ['/a', '/typo'], regex: /\/b/, match: () => false } })
    selector(fakeCall({ url: '/a' }))
    expect(selector.unusedRules()).toEqual([
      'select.except.path "/typo"',
      'select.except.regex /\\/b/',
      'select.except.match',
    ])
  })
})

describe('building', () => {
  test.each([
    ['a regular expression with g', { regex: /a/g }],
    ['a regular expression with y', { regex: /a/y }],
    ['one that does not compile', { regex: '(' }],
    ['a path without a slash', { path: 'a' }],
    ['a path with two slashes', { path: '//a' }],
    ['a path with a blank', { path: '/a b' }],
    ['an async match', { match: async () => Promise.resolve(true) }],
    ['no rule at all', {}],
    ['an unknown rule', { paths: '/a' }],
    ['a number', { path: 1 }],
    ['an unknown preflight', { path: '/a', preflight: true }],
  ])('select refuses when built: %s', (_name, rules) => {
    // What callers in plain JavaScript can pass.
    expect(() => select(rules as Rules)).toThrow(ConfigError)
  })

  test('select refuses the prefix "/" where it would open everything', () => {
    expect(() => select({ except: { prefix: '/' } })).toThrow(ConfigError)
  })

  test('select refuses rules next to except', () => {
    const both: unknown = { except: { path: '/a' }, path: '/b' }
    expect(() => select(both as Rules)).toThrow(ConfigError)
  })

  test('select throws on a match that returns a promise', () => {
    const rules: unknown = { match: () => Promise.resolve(false) }
    expect(() => select({ except: rules as Rules })(fakeCall())).toThrow(TypeError)
  })
})

/** What the most forgiving server could read: decoded again and again, parameters cut, dots resolved, no case. */
function liberally(url: string): string {
  const octet = /%([0-9a-f]{2})/gi
  const decode = (_: string, code: string) => String.fromCharCode(Number.parseInt(code, 16))
  const decoded = url.replace(octet, decode).replace(octet, decode).replaceAll('\\', '/')
  const segments: string[] = []
  for (const segment of decoded.split('/').map((each) => each.replace(/;.*/, ''))) {
    if (segment === '..') segments.pop()
    else if (segment !== '.' && segment !== '') segments.push(segment.toLowerCase())
  }
  return `/${segments.join('/')}`
}

function answer(selector: Selector, url: string): boolean | undefined {
  try {
    return selector(fakeCall({ url }))
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}

function codeOf(selector: Selector, path: string): unknown {
  try {
    return selector({ ...fakeCall(), path })
  } catch (error) {
    return error instanceof AuthError ? error.code : error
  }
}
