import { describe, expect, it } from 'vitest'
import { fromOpenApi } from '../../../src/api-spec/openapi/from-openapi.js'
import { select } from '../../../src/gate/index.js'

describe('the operations that a call may be for', () => {
  it.each([
    '/users/:id(\\d+)',
    '/users/:id.json',
    '/users/:id-:other',
    '/users/:id?',
    '/users/:id*',
    '/users/*',
    '/users/*id',
    '/users{/:id}',
    '/users/{other}',
    '/users/::id',
    '/users/x:id',
    '/Users/:id',
    '/users/:id/',
    '/users//:id',
  ])('fromOpenApi takes the pattern %s for a route that the document does not have', (pattern) => {
    const guards = fromOpenApi(sample)
    expect(guards.except.match({ method: 'GET', path: '/users/7', pattern })).toBe(false)
  })

  it.each(['/{p+}', '/{p*}', '/{?q}', '/{}', '/{a', '/a}'])(
    'fromOpenApi refuses the path %s, for which it would find no call',
    (path) => {
      const paths = { [path]: { get: {} } }
      expect(() => fromOpenApi({ openapi: '3.1.0', paths })).toThrow(
        `${path}: a parameter is a name in braces, such as {id}`,
      )
    },
  )

  it('fromOpenApi takes a colon of the document for a colon, and not for a parameter of the router', () => {
    const guards = fromOpenApi({
      openapi: '3.1.0',
      paths: {
        '/jobs:run': { post: { security: [] } },
        '/jobs/{id}:stop': { post: { security: [] } },
        '/jobs/{job-id}': { get: { security: [] } },
      },
    })
    const opens = (method: string, pattern: string) =>
      guards.except.match({ method, path: '/', pattern })
    expect([opens('POST', '/jobs::run'), opens('POST', '/jobs:any')]).toEqual([true, false])
    expect([opens('POST', '/jobs/:id::stop'), opens('POST', '/jobs/:id:any')]).toEqual([
      true,
      false,
    ])
    expect([opens('GET', '/jobs/:job-id'), opens('GET', '/jobs/:job')]).toEqual([true, true])
    expect(opens('GET', '/jobs/:other-id')).toBe(false)
  })

  it('fromOpenApi guards where two operations may be meant and one of them is guarded', () => {
    const guards = fromOpenApi({
      ...sample,
      paths: {
        '/a/{x}': { get: { security: [] } },
        '/a/{y}': { get: {} },
        '/b': { get: { security: [] } },
        '/B': { get: {} },
        '/c/': { get: { security: [] } },
        '/c': { get: {} },
      },
    })
    const opens = (path: string, pattern?: string) =>
      guards.except.match({ method: 'GET', path, pattern })
    expect([opens('/a/1', '/a/:x'), opens('/b'), opens('/c/')]).toEqual([false, false, false])
    expect([opens('/b', '/b'), opens('/c/', '/c/')]).toEqual([true, true])
  })

  it('fromOpenApi opens nothing by a method that a header replaces, or without a method', () => {
    const { except } = fromOpenApi(sample)
    const call = { method: 'GET', path: '/open' }
    const overridden = (name: string) => (asked: string) => (asked === name ? ['POST'] : [])
    expect(except.match({ ...call, header: () => [] })).toBe(true)
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
      expect(except.match({ ...call, header: overridden(name) })).toBe(false)
    expect(except.match({ ...call, query: '_method=DELETE' })).toBe(false)
    expect(except.match({ ...call, query: 'method=DELETE' })).toBe(true)
    expect(except.match({ path: '/open' })).toBe(false)
    expect(except.match({ path: '/open', method: 'get' })).toBe(false)
  })

  it('fromOpenApi finds a guarded operation in doubt, and an open one only where it is certain', () => {
    const guards = fromOpenApi({
      ...sample,
      paths: { ...sample.paths, '/orders/{id}': { get: {} }, '/orders/{id}/lines': { get: {} } },
    })
    const found = (path: string, method = 'GET') => guards.find({ method, path })?.path
    expect([found('/orders/7'), found('/ORDERS/7/'), found('/orders/%37')]).toEqual(
      Array(3).fill('/orders/{id}'),
    )
    expect([found('/users/ME'), found('/users/%6de'), found('/users/me', 'HEAD')]).toEqual(
      Array(3).fill('/users/me'),
    )
    expect([found('/open'), found('/OPEN'), found('/users/7')]).toEqual([
      '/open',
      undefined,
      undefined,
    ])
  })

  it('fromOpenApi matches a group’s calls in doubt, so that a gate for the group misses none', () => {
    const guards = fromOpenApi({
      ...sample,
      paths: {
        '/users/{id}': { get: { security: [{ token: ['read'] }] } },
        '/users/me': { get: { security: [{ token: ['admin'] }] } },
      },
    })
    const admins = guards.groups.find(({ alternatives }) =>
      /admin/.test(JSON.stringify(alternatives)),
    )
    const asks = select({ match: (call) => admins?.match(call) === true })
    const isGuarded = (url: string, shape: object = {}) =>
      asks({
        kind: 'http',
        method: 'GET',
        path: url,
        header: () => [],
        setHeader: () => undefined,
        ...shape,
      })
    for (const url of ['/users/me', '/users/ME', '/uSERS/me/', '/users/%6de'])
      expect(isGuarded(url)).toBe(true)
    for (const method of ['HEAD', 'get', 'head', undefined])
      expect(isGuarded('/users/me', { method })).toBe(true)
    expect(isGuarded('/users/me', { header: () => ['GET'], method: 'POST' })).toBe(true)
    expect([isGuarded('/users/7'), isGuarded('/users/me/x')]).toEqual([false, false])
    expect(isGuarded('/users/me', { pattern: '/users/:id' })).toBe(false)
  })
})

const sample = {
  openapi: '3.1.0',
  security: [{ token: [] }],
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  paths: {
    '/open': { get: { security: [] } },
    '/users/{id}': { get: { security: [] } },
    '/users/me': { get: {} },
  },
}
