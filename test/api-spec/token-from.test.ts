import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { formatApi } from '../../src/api-spec/format/format.js'
import { generate } from '../../src/api-spec/generate/generate.js'
import { planService } from '../../src/api-spec/generate/plan.js'
import { planGuards, routeGuards } from '../../src/api-spec/generate/plan-guards.js'
import { type ApiSpec } from '../../src/api-spec/language/spec.js'
import {
  parseApi,
  type ParseOptions,
  renderDiagnostics,
} from '../../src/api-spec/language/parse.js'
import { fromOpenApi } from '../../src/api-spec/openapi/from-openapi.js'
import { toOpenApi } from '../../src/api-spec/openapi/to-openapi.js'
import { type Claims } from '../../src/token/index.js'
import { verified } from '../gate/tokens.js'

const text = `@server (
	jwt: Auth
	tokenFrom: bearer,cookie
	scopes: "orders:read"
)
service shop-api {
	@handler list get /orders
	@server (tokenFrom: cookie scopes: "pages") @handler page get /page
}
@server (jwt: Auth)
service shop-api { @handler app get /app }
@server (jwt: Auth tokenFrom: bearer optional: true)
service shop-api { @handler news get /news }
@server (jwt: Auth tokenFrom: "cookie:__Host-shop, bearer" optional: true)
service shop-api { @handler offers get /offers }`

describe('more than one way in, declared in an .api file', () => {
  it('routes with one jwt and different ways have different guards, and bearer is the way without tokenFrom', () => {
    const found = routeGuards(spec(text)).map(({ path, guard, ways }) => [path, guard, ways])
    expect(found).toEqual([
      ['/orders', 'Auth-bearer-cookie-__Host-access', ['bearer', 'cookie:__Host-access']],
      ['/page', 'Auth-cookie', ['cookie:__Host-access']],
      ['/app', 'Auth', ['bearer']],
      ['/news', 'Auth', ['bearer']],
      ['/offers', 'Auth-bearer-cookie-__Host-shop', ['bearer', 'cookie:__Host-shop']],
    ])
    const secrets = new Set(routeGuards(spec(text)).flatMap((each) => each.secrets))
    expect([...secrets]).toEqual(['Auth.AccessSecret'])
  })

  it('a guard keeps the name of its entries where no other guard has the same entries', () => {
    const names = (...values: readonly (string | undefined)[]) =>
      planGuards(
        values.map((tokenFrom) => ({
          annotation: { jwt: 'Auth', ...(tokenFrom === undefined ? {} : { tokenFrom }) },
          routes: [],
        })),
      ).all.map(({ name }) => name)
    expect(names('bearer,cookie')).toEqual(['Auth'])
    expect(names('cookie,bearer', 'bearer, cookie:__Host-access')).toEqual(['Auth'])
    expect(names('cookie', undefined)).toEqual(['Auth-cookie', 'Auth'])
    expect(names('cookie', 'bearer,cookie')).toEqual(['Auth-cookie', 'Auth-bearer-cookie'])
    expect(names('cookie', 'cookie:__Host-x').toSorted()).toEqual([
      'Auth-cookie-__Host-access',
      'Auth-cookie-__Host-x',
    ])
  })

  it('the ways of a token stand in a form that goctl reads too', () => {
    for (const value of ['bearer,cookie', '"bearer,cookie:__Host-shop"']) {
      const source = `@server (\n\tjwt:       Auth\n\ttokenFrom: ${value}\n)\nservice a {\n\t@handler h\n\tget /x\n}\n`
      expect(spec(source, { mode: 'goctl' })).toEqual(spec(source))
      expect(formatApi(source)).toEqual({ ok: true, text: source })
      expect(formatApi(source, { reader: 'goctl' })).toEqual({ ok: true, text: source })
    }
  })

  it.each([
    ['jwt: A tokenFrom: header', 'takes bearer, cookie or "cookie:NAME"'],
    ['jwt: A tokenFrom: ""', 'takes bearer, cookie or "cookie:NAME"'],
    ['jwt: A tokenFrom: "bearer,"', 'takes bearer, cookie or "cookie:NAME"'],
    ['jwt: A tokenFrom: "bearer,cookie,bearer"', 'takes each way once'],
    ['jwt: A tokenFrom: "cookie,cookie:__Host-x"', 'takes each way once'],
    ['jwt: A tokenFrom: "bearer:x"', 'takes bearer without a name'],
    ['jwt: A tokenFrom: "cookie:"', 'takes cookies whose name begins with __Host- or __Secure-'],
    ['jwt: A tokenFrom: "cookie:session"', 'takes cookies whose name begins with __Host-'],
    ['jwt: A tokenFrom: "cookie:__Host-a;b"', 'takes cookies whose name begins with __Host-'],
    ['jwt: A tokenFrom: "cookie:__Host-refresh"', 'takes the cookie of access tokens'],
  ])('@server (%s) is refused, at the value: %s', (pairs, said) => {
    const source = `@server (${pairs}) service a { @handler h get /x }`
    const { ok, diagnostics } = parseApi(source)
    expect(ok).toBe(false)
    expect(diagnostics).toMatchObject([
      {
        message: expect.stringContaining(`'tokenFrom' ${said}`) as string,
        start: { line: 1, column: source.indexOf('tokenFrom: ') + 'tokenFrom: '.length + 1 },
      },
    ])
    const [group] = spec('@server (jwt: A) service a { @handler h get /x }').groups
    const tokenFrom = /tokenFrom: "?([^") ]*)/.exec(pairs)?.[1] ?? ''
    const annotation = { jwt: 'A', tokenFrom }
    expect(() => planGuards([{ annotation, routes: group?.routes ?? [] }])).toThrow(said)
  })

  it('the ways of a token are refused where no guard takes one, and so is a misspelt key', () => {
    const problems = (source: string) =>
      parseApi(source).diagnostics.map(
        ({ start, message, hint }) => `${String(start.column)} ${message} (${String(hint)})`,
      )
    expect(problems('@server (tokenFrom: cookie) service a { @handler h get /x }')).toEqual([
      "10 'tokenFrom' asks for a token, and GET /x takes calls without one (add 'jwt: NAME')",
    ])
    expect(problems('@server (jwt: A tokenForm: cookie) service a { @handler h get /x }')).toEqual([
      expect.stringContaining("did you mean 'tokenFrom'?"),
    ])
    expect(() => planGuards([{ annotation: { tokenFrom: 'cookie' }, routes: [] }])).toThrow(
      "'tokenFrom' needs a guard",
    )
  })

  it('secrets cannot have the name of the entry that says which pages may use a cookie', () => {
    const made = spec('@server (jwt: Cookies tokenFrom: cookie) service a { @handler h get /x }')
    expect(() => planService(made)).toThrow("give the guard 'Cookies' another name")
    const plain = spec('@server (jwt: Cookies) service a { @handler h get /x }')
    expect(planService(plain).guards).toHaveLength(1)
  })

  it('the generated configuration has the pages only where a guard takes a cookie, and the client says what it sends', () => {
    const file = (source: string, name: string) =>
      generate(spec(source)).find(({ path }) => path === `generated/${name}`)?.text ?? ''
    expect(file(text, 'config.ts')).toContain('readonly Cookies: CookieConfig')
    expect(file('@server (jwt: A) service a { @handler h get /x }', 'config.ts')).not.toContain(
      'Cookie',
    )
    expect(file(text, 'client.ts')).toContain(
      'GET /orders, with a token as Bearer or in the cookie __Host-access (scopes orders:read)',
    )
    expect(file(text, 'client.ts')).toContain(
      'GET /page, with a token in the cookie __Host-access (scopes pages)',
    )
  })

  it('the documentation of more than one way in is read as it is laid out', () => {
    const page = readFileSync(new URL('../../docs/api-language.md', import.meta.url), 'utf8')
    const sample = /### More than one way in\n[^]*?```\n([^]*?)```/.exec(page)?.[1] ?? ''
    expect(formatApi(sample)).toEqual({ ok: true, text: sample })
    expect(routeGuards(spec(sample)).map(({ path, guard, ways }) => [path, guard, ways])).toEqual([
      ['/orders', 'Auth-bearer-cookie', ['bearer', 'cookie:__Host-access']],
      ['/settings', 'Auth-cookie', ['cookie:__Host-access']],
      ['/reports', 'Auth', ['bearer']],
    ])
  })
})

describe('ways of a token in OpenAPI', () => {
  const document = JSON.parse(JSON.stringify(toOpenApi(spec(text)))) as object

  it('an OpenAPI document has each way as an alternative with its scopes, and the empty one where a token may be missing', () => {
    const cookie = (name: string) => ({
      ...{ type: 'apiKey', in: 'cookie', name },
      'x-jotgate-token-cookie': true,
    })
    expect(document).toMatchObject({
      paths: {
        '/orders': {
          get: { security: [{ Auth: ['orders:read'] }, { 'Auth-__Host-access': ['orders:read'] }] },
        },
        '/page': { get: { security: [{ 'Auth-__Host-access': ['pages'] }] } },
        '/app': { get: { security: [{ Auth: [] }] } },
        '/offers': { get: { security: [{}, { Auth: [] }, { 'Auth-__Host-shop': [] }] } },
      },
      components: {
        securitySchemes: {
          Auth: { type: 'http', scheme: 'bearer' },
          'Auth-__Host-access': cookie('__Host-access'),
          'Auth-__Host-shop': cookie('__Host-shop'),
        },
      },
    })
    const one = toOpenApi(
      spec('@server (jwt: A tokenFrom: cookie,bearer) service a { @handler h get /x }'),
    )
    expect(one.paths['/x']?.['get']).toMatchObject({ security: [{ A: [] }, { ACookie: [] }] })
  })

  it('a scheme of a cookie is never called like the scheme of another guard', () => {
    const { components, paths } = toOpenApi(
      spec(
        '@server (jwt: A tokenFrom: cookie) service a { @handler h get /x }\n@server (jwt: ACookie) service a { @handler g get /y }',
      ),
    )
    expect(Object.keys(components.securitySchemes)).toEqual(['ACookie', 'A-__Host-access'])
    expect(paths['/x']?.['get']).toMatchObject({ security: [{ 'A-__Host-access': [] }] })
  })

  it('guards made of the document ask for the scopes of its alternatives, and name them where all ask for the same', async () => {
    const guards = fromOpenApi(document)
    const group = guards.groups.find(({ operations }) => operations[0]?.path === '/orders')
    const permits = async (claims: Claims) => group?.authorize(await verified(claims))
    expect(await permits({ scope: 'orders:read' })).toBe(true)
    expect(await permits({ scope: 'pages' })).toBe(false)
    expect(group?.authorize.scope).toEqual(['orders:read'])
    expect(guards.find({ method: 'GET', path: '/', pattern: '/offers' })?.kind).toBe('optional')
  })

  test.each([
    ['without the mark', { type: 'apiKey', in: 'cookie', name: '__Host-access' }],
    ['with a mark that is not true', { ...marked(), 'x-jotgate-token-cookie': 'true' }],
    ['in a header', { ...marked(), in: 'header' }],
    ['in the query', { ...marked(), in: 'query' }],
    ['of another type', { ...marked(), type: 'mutualTLS' }],
  ])('an API key %s is met by no token', (_what, key) => {
    const read = (security: readonly object[]) =>
      fromOpenApi({
        openapi: '3.1.0',
        components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, key } },
        paths: { '/x': { get: { security } } },
      })
    expect(() => read([{ key: [] }])).toThrow('no alternative of its security can be met')
    expect(read([{ bearer: ['a'] }, { key: [] }]).operations[0]?.alternatives).toEqual([
      [{ scheme: 'bearer', scopes: ['a'] }],
    ])
    expect(() => read([{ bearer: ['a'], key: [] }])).toThrow('no alternative')
  })

  it('a marked cookie is a way for a token, with the scopes of its own alternative', async () => {
    const [group] = fromOpenApi({
      openapi: '3.1.0',
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, key: marked() },
      },
      paths: { '/x': { get: { security: [{ bearer: ['a'] }, { key: ['b'] }] } } },
    }).groups
    expect(group?.alternatives).toHaveLength(2)
    const permits = async (scope: string) => group?.authorize(await verified({ scope }))
    expect([await permits('a'), await permits('b'), await permits('c')]).toEqual([
      true,
      true,
      false,
    ])
    expect(group?.authorize.scope).toBeUndefined()
  })
})

function marked() {
  return { type: 'apiKey', in: 'cookie', name: 't', 'x-jotgate-token-cookie': true }
}

function spec(source: string, options: ParseOptions = {}): ApiSpec {
  const result = parseApi(source, options)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}
