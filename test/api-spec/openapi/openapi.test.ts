import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { planService } from '../../../src/api-spec/generate/plan.js'
import { fromOpenApi } from '../../../src/api-spec/openapi/from-openapi.js'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'
import { type Authorize, select } from '../../../src/gate/index.js'
import { type Claims, type VerifiedToken } from '../../../src/token/token.js'
import { usersApi } from '../generate/project.js'

describe('toOpenApi', () => {
  const document = toOpenApi(spec(usersApi))

  it('toOpenApi says for every operation whether it needs a token', () => {
    const security = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [
        `${method} ${path}`,
        (operation as { security: unknown }).security,
      ]),
    )
    expect(Object.fromEntries(security)).toEqual({
      'post /v1/user/login': [],
      'post /v1/user/refresh': [],
      'get /v1/user/profile/{user-id}': [{ Auth: [] }],
      'put /v1/user/profile': [{ Auth: [] }],
      'post /v1/slow': [{ AuthMoving: [] }],
      'delete /v1/jobs/index.html': [{ AuthMoving: [] }],
      'get /watch': [{ Auth: [] }],
    })
    expect(document.components.securitySchemes['Auth']).toEqual({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
    })
  })

  it('toOpenApi says which scopes and roles an operation asks for, and that it may answer 403', () => {
    const orders = readFileSync(new URL('../generate/orders.api', import.meta.url), 'utf8')
    const { paths, components } = toOpenApi(spec(orders))
    const asked = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, value]) => {
        const operation = value as Record<string, unknown>
        const answers = operation['responses'] as Record<string, unknown>
        return [
          `${method} ${path}`,
          operation['security'],
          operation['x-required-roles'],
          answers['403'],
        ]
      }),
    )
    const refused = { $ref: '#/components/responses/Forbidden' }
    expect(asked).toEqual([
      ['get /ping/{id}', [], undefined, undefined],
      ['get /me', [{ Auth: [] }], undefined, undefined],
      ['get /orders', [{ Auth: ['orders:read'] }], ['clerk'], refused],
      ['post /orders', [{ Auth: ['orders:read', 'orders:write'] }], ['clerk'], refused],
      ['delete /orders/{id}', [{ Auth: ['orders:read'] }], ['admin', 'auditor'], refused],
    ])
    expect(components.responses['Forbidden']).toMatchObject({ headers: { 'WWW-Authenticate': {} } })
    expect(document.components.responses['Forbidden']).toBeUndefined()
  })

  it('toOpenApi puts members where their tags say, with options, ranges and defaults', () => {
    const profile = document.paths['/v1/user/profile/{user-id}']?.['get'] as { parameters: unknown }
    expect(profile.parameters).toEqual([
      { name: 'user-id', in: 'path', required: true, schema: { type: 'string' } },
      {
        name: 'page',
        in: 'query',
        required: false,
        schema: { type: 'integer', format: 'int64', default: 1, minimum: 1, maximum: 100 },
      },
      {
        name: 'tag',
        in: 'query',
        required: false,
        schema: { type: 'array', items: { type: 'string' } },
      },
      { name: 'X-Trace', in: 'header', required: false, schema: { type: 'string' } },
    ])
    expect(document.components.schemas['LoginReq']).toEqual({
      type: 'object',
      properties: {
        username: { type: 'string' },
        password: { type: 'string', minLength: 1, maxLength: 64 },
        client: { type: 'string', enum: ['web', 'phone'], default: 'web' },
      },
      required: ['username', 'password'],
    })
  })

  it('toOpenApi gives every operation an id that no other has', () => {
    const twice = toOpenApi(
      spec(
        '@server(group: a)\nservice x { @handler get get /a }\n@server(group: b)\nservice x { @handler get get /b }',
      ),
    )
    expect(
      Object.values(twice.paths).map(
        (item) => (item['get'] as { operationId: string }).operationId,
      ),
    ).toEqual(['get', 'bGet'])
  })
})

describe('fromOpenApi', () => {
  it('fromOpenApi protects the same operations as the .api file its document was made from', () => {
    const api = spec(usersApi)
    const guards = fromOpenApi(JSON.parse(JSON.stringify(toOpenApi(api))))
    const routes = planService(api).routes
    expect(
      routes.map(({ method, path }) => guards.find({ method, path: '/', pattern: path })?.kind),
    ).toEqual(routes.map(({ guard }) => (guard === null ? 'open' : 'guarded')))
    guards.requireRoutes(routes)
    expect(() => {
      guards.requireRoutes(routes.slice(1))
    }).toThrow(`no route for ${routes[0]?.method ?? ''} ${routes[0]?.path ?? ''}`)
  })

  it('fromOpenApi opens only what the document opens, as rules for select', () => {
    const guards = fromOpenApi(sample)
    const needsToken = select({ except: guards.except })
    const asks = (method: string, path: string, pattern?: string) =>
      needsToken({
        kind: 'http',
        method,
        path,
        pattern,
        header: () => [],
        setHeader: () => undefined,
      })
    expect(asks('GET', '/open')).toBe(false)
    expect(asks('GET', '/open', '/open')).toBe(false)
    expect(asks('POST', '/open')).toBe(true)
    expect(asks('HEAD', '/open')).toBe(true)
    // A path alone does not say which route it leads to: it may be one that the document does not have.
    expect(asks('GET', '/users/7')).toBe(true)
    expect(asks('GET', '/users/{id}')).toBe(true)
    expect(asks('GET', '/users/7', '/users/:id')).toBe(false)
    expect(asks('GET', '/users/7', '/users/:other')).toBe(false)
    expect(asks('GET', '/users/me')).toBe(true)
    expect(asks('GET', '/users/ME', '/users/me')).toBe(true)
    const doubtful = [
      '/users/ME',
      '/users/export',
      '/users/%6de',
      '/users/',
      '/users/a/b',
      '/users//',
      '/users/..',
      '/users/.',
      '/OPEN',
      '/open/',
      '/nowhere',
    ]
    expect(doubtful.filter((path) => guards.except.match({ method: 'GET', path }))).toEqual([])
  })

  it('fromOpenApi reads security as an OR of ANDs with scopes', () => {
    const guards = fromOpenApi(sample)
    const operation = guards.find({ method: 'POST', path: '/open' })
    expect(operation).toMatchObject({
      kind: 'guarded',
      alternatives: [
        [{ scheme: 'token', scopes: ['a', 'b'] }],
        [{ scheme: 'oauth', scopes: ['admin'] }],
      ],
    })
    const group = guards.groups.find(({ operations }) =>
      operations.some(({ path, method }) => path === '/open' && method === 'POST'),
    )
    const authorize: Authorize<unknown> | undefined = group?.authorize
    expect(authorize?.scope).toBeUndefined()
    const permits = (payload: Claims) => group?.authorize(tokenWith(payload))
    expect([
      permits({ scope: 'a b' }),
      permits({ scope: 'a' }),
      permits({ scp: ['admin'] }),
      permits({}),
    ]).toEqual([true, false, true, false])
    expect(guards.find({ method: 'GET', path: '/users/me' })).toMatchObject({
      kind: 'guarded',
      alternatives: [[{ scheme: 'token', scopes: [] }]],
    })
    expect(guards.find({ method: 'GET', path: '/maybe' })).toMatchObject({ kind: 'optional' })
  })

  it('fromOpenApi reads roles beside security, and enforces both as the guards of the library do', () => {
    const guards = fromOpenApi({
      ...sample,
      paths: {
        '/a': {
          get: { 'x-required-roles': ['clerk', 'auditor'], security: [{ token: ['a', 'b'] }] },
        },
        '/b': { get: { 'x-required-roles': ['clerk'] } },
        '/c': { get: {} },
      },
    })
    expect(guards.find({ method: 'GET', path: '/a' })).toMatchObject({
      kind: 'guarded',
      alternatives: [[{ scheme: 'token', scopes: ['a', 'b'] }]],
      roles: ['clerk', 'auditor'],
    })
    const [a, b, c] = guards.groups.map(({ authorize }) => authorize)
    expect([a?.scope, b?.scope, c?.scope]).toEqual([['a', 'b'], undefined, undefined])
    const roles = ['auditor', 'clerk']
    const permits = (payload: Claims) => [a, b, c].map((each) => each?.(tokenWith(payload)))
    expect(permits({ scope: 'b a', roles })).toEqual([true, true, true])
    expect(permits({ scope: 'a', roles })).toEqual([false, true, true])
    expect(permits({ scp: ['a', 'b'], role: 'clerk' })).toEqual([false, true, true])
    expect(permits({ scope: 'a b clerk' })).toEqual([false, false, true])
  })

  it('fromOpenApi refuses roles and scopes that it could not enforce', () => {
    const refused = (operation: object) => () =>
      fromOpenApi({ ...sample, paths: { '/x': { get: operation } } })
    for (const roles of [[], 'admin', [''], [1], null, { admin: true }])
      expect(refused({ 'x-required-roles': roles })).toThrow(
        'GET /x: x-required-roles must be a list of at least one role',
      )
    for (const security of [[], [{}, { token: [] }]])
      expect(refused({ security, 'x-required-roles': ['admin'] })).toThrow(
        'GET /x: x-required-roles asks for a token, and its security does not',
      )
    for (const scope of ['a b', '', 'é'])
      expect(refused({ security: [{ token: [scope] }] })).toThrow(
        "GET /x: a scope of 'token' is none that a token can have",
      )
    expect(refused({ security: [{ key: ['a b'] }, { token: [] }] })).not.toThrow()
  })

  it('fromOpenApi refuses a document that it would protect only in part', () => {
    const refused = (change: object) => () => fromOpenApi({ ...sample, ...change })
    expect(refused({ openapi: '2.0' })).toThrow('no OpenAPI 3 document')
    expect(refused({ paths: { '/x': { $ref: 'other.json' } } })).toThrow(
      'references are not followed',
    )
    expect(refused({ paths: { '/x': { get: { security: [{ nobody: [] }] } } } })).toThrow(
      "'nobody' is not declared",
    )
    expect(refused({ paths: { '/x': { get: { security: [{ key: [] }] } } } })).toThrow(
      'can be met by a token',
    )
    expect(refused({ paths: { '/x': { get: { security: {} } } } })).toThrow(
      'security must be a list',
    )
    expect(refused({ paths: { '/x': { get: { security: [{ token: 'a' }] } } } })).toThrow(
      'must be a list of texts',
    )
    expect(() => fromOpenApi(null)).toThrow('no OpenAPI 3 document')
    expect(refused({ paths: { x: { get: {} } } })).toThrow('x: a path must begin with "/"')
    for (const name of ['GET', 'query', 'additionalOperations'])
      expect(refused({ paths: { '/x': { [name]: {} } } })).toThrow(
        `/x: '${name}' is no method that this reads`,
      )
    const roles = { 'x-required-roles': ['admin'] }
    expect(refused(roles)).toThrow('the document: x-required-roles stands inside an operation')
    expect(refused({ paths: { '/x': { ...roles, get: {} } } })).toThrow(
      '/x: x-required-roles stands inside an operation',
    )
    const harmless = { summary: 's', servers: [], parameters: [], 'x-tag': 1, get: {} }
    expect(refused({ paths: { '/x': harmless, 'x-note': 'n' } })).not.toThrow()
  })

  it("fromOpenApi takes the document's security where an operation's own is undefined", () => {
    const paths = { '/x': { get: { security: undefined } } }
    const guards = fromOpenApi({ ...sample, paths })
    expect(guards.operations[0]?.kind).toBe('guarded')
    expect(guards.except.match({ method: 'GET', path: '/x' })).toBe(false)
  })

  it('fromOpenApi knows the path before every path', () => {
    const guards = fromOpenApi(sample, { basePath: '/v1/' })
    expect(guards.find({ method: 'GET', path: '/v1/open' })?.kind).toBe('open')
    expect(guards.find({ method: 'GET', path: '/open' })).toBeUndefined()
    const whole = fromOpenApi(sample, { basePath: '/' })
    expect(whole.find({ method: 'GET', path: '/open' })?.kind).toBe('open')
  })

  it.each(['v1', 'https://api.example/v1', '//v1', '/v1//', '/v1?a', '/v1#a', '/v 1', 1])(
    'fromOpenApi refuses the base path %j, below which it would find no call',
    (basePath) => {
      const options: object = { basePath }
      expect(() => fromOpenApi(sample, options)).toThrow('fromOpenApi.basePath: must be a path')
    },
  )
})

/** As a gate hands it over; only a verifier makes a real one. */
const tokenWith = (payload: Claims) => ({ payload }) as VerifiedToken

const sample = {
  openapi: '3.1.0',
  info: { title: 'x', version: '1' },
  security: [{ token: [] }],
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'Bearer' },
      oauth: { type: 'oauth2', flows: {} },
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    },
  },
  paths: {
    '/open': {
      get: { security: [] },
      post: { security: [{ token: ['a', 'b'] }, { oauth: ['admin'] }, { key: [] }] },
    },
    '/users/{id}': { get: { security: [] } },
    '/users/me': { get: {} },
    '/maybe': { get: { security: [{}, { token: [] }] } },
  },
}

function spec(text: string) {
  const result = parseApi(text)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}
