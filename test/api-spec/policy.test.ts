import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { auth } from '../../src/adapters/node/fastify.js'
import { planService } from '../../src/api-spec/generate/plan.js'
import { routeGuards } from '../../src/api-spec/generate/plan-guards.js'
import { parseApi, renderDiagnostics } from '../../src/api-spec/language/parse.js'
import { fromOpenApi } from '../../src/api-spec/openapi/from-openapi.js'
import { toOpenApi } from '../../src/api-spec/openapi/to-openapi.js'
import { registerRoutes } from '../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../src/api-spec/runtime/fetch.js'
import { guarded, optional, type Route } from '../../src/api-spec/runtime/route.js'
import { nothing } from '../../src/api-spec/runtime/schema/schema.js'
import { createGate, select } from '../../src/gate/index.js'
import type { Claims } from '../../src/token/index.js'
import { sign, verified, verify } from '../gate/tokens.js'

const text = `@server (jwt: Auth)
service a {
  @handler plain get /plain
  @server (optional: true) @handler news get /news
  @server (recentLogin: 5m) @handler pay post /pay
  @server (recentLogin: 1h30m roles: admin) @handler drop delete /all
  @server (optional: false) @handler me get /me
}`

describe('optional authentication and a recent login in an .api file', () => {
  it('a route has its own value of optional and recentLogin, or else that of its group', () => {
    const { routes } = planService(spec(text))
    const found = routes.map((each) => [each.name, each.optional, each.recentLogin, each.roles])
    expect(found.sort()).toEqual([
      ['drop', false, 5400, ['admin']],
      ['me', false, undefined, []],
      ['news', true, undefined, []],
      ['pay', false, 300, []],
      ['plain', false, undefined, []],
    ])
    const takesNone = routeGuards(spec(text)).filter((each) => each.optional)
    expect(takesNone).toMatchObject([{ path: '/news', guard: 'Auth' }])
  })

  it.each([
    ['recentLogin: 5m', "'recentLogin' asks for a token, and GET /x takes calls without one"],
    ['optional: true', "'optional' says that a token may be missing, and no guard takes one"],
    ['jwt: A optional: true roles: a', "'roles' asks for a token, and 'optional' takes calls"],
    ['jwt: A optional: true recentLogin: 1m', "'recentLogin' asks for a token, and 'optional'"],
    ['jwt: A optional: yes', "'optional' takes true or false"],
    ['jwt: A recentLogin: 5', "'recentLogin' takes a duration such as 5m"],
    ['jwt: A recentLogin: 500ms', "'recentLogin' takes a duration such as 5m"],
    ['jwt: A recentLogin: 0s', "'recentLogin' takes at least 1s"],
  ])('@server (%s) is refused: %s', (pairs, said) => {
    const result = parseApi(`@server (${pairs}) service a { @handler h get /x }`)
    expect(result.ok).toBe(false)
    expect(renderDiagnostics(result)).toContain(said)
  })

  it('a spec from elsewhere that asks something of a token that may be missing is refused', () => {
    const made = spec('@server (jwt: A roles: x) service a { @handler h get /x }')
    const [group] = made.groups
    const annotation = { ...group?.annotation, optional: 'true' }
    const changed = { ...made, groups: [{ annotation, routes: group?.routes ?? [] }] }
    expect(() => planService(changed)).toThrow("'roles' asks for a token, and 'optional'")
    const without = {
      ...made,
      groups: [{ annotation: { optional: 'true' }, routes: group?.routes ?? [] }],
    }
    expect(() => planService(without)).toThrow("'optional' needs a guard")
  })

  it('OpenAPI shows both, and fromOpenApi enforces them', async () => {
    const document = JSON.parse(JSON.stringify(toOpenApi(spec(text)))) as object
    expect(document).toMatchObject({
      paths: {
        '/news': { get: { security: [{}, { Auth: [] }] } },
        '/pay': { post: { security: [{ Auth: [] }], 'x-recent-login': 300 } },
      },
    })
    const guards = fromOpenApi(document)
    expect(guards.find({ method: 'GET', path: '/news', pattern: '/news' })?.kind).toBe('optional')
    const group = guards.groups.find((each) => each.recentLogin === 300)
    expect(group?.operations.map(({ path }) => path)).toEqual(['/pay'])
    const now = Math.floor(Date.now() / 1000)
    const permits = async (claims: Claims) => group?.authorize(await verified(claims))
    expect(await permits({ auth_time: now - 200 })).toBe(true)
    expect(await permits({ auth_time: now - 500 })).toBe(false)
    expect(await permits({})).toBe(false)
  })

  it.each([0, -5, 1.5, '5m', null])('fromOpenApi refuses %j for a recent login', (value) => {
    const components = { securitySchemes: { t: { type: 'http', scheme: 'bearer' } } }
    const document = (operation: object) => ({
      ...{ openapi: '3.1.0', components },
      paths: { '/x': { get: operation } },
    })
    const asked = { security: [{ t: [] }], 'x-recent-login': value }
    expect(() => fromOpenApi(document(asked))).toThrow('x-recent-login must be seconds')
    const open = { security: [{}, { t: [] }], 'x-recent-login': 300 }
    expect(() => fromOpenApi(document(open))).toThrow('x-recent-login asks for a token')
  })
})

const who = ({ claims }: { readonly claims: Claims | undefined }) => ({ sub: claims?.sub ?? null })
const routes: readonly Route<object, 'Auth'>[] = [
  optional({ guard: 'Auth', method: 'GET', path: '/news' }, nothing, who),
  guarded({ guard: 'Auth', method: 'GET', path: '/me' }, nothing, who),
  guarded({ guard: 'Auth', method: 'GET', path: '/pay', recentLogin: 300 }, nothing, who),
]

/** Asks a server for the path with these header fields. */
type Ask = (path: string, headers?: Record<string, string>) => Promise<Response>

function onFetch(): Ask {
  const handle = createHandler({ routes, gates: { Auth: createGate({ verify }) }, services: {} })
  return (path, headers = {}) => handle(new Request(`http://localhost${path}`, { headers }))
}

function onFastify(appGuards: boolean): Ask {
  const app = Fastify()
  const gate = createGate({ verify, select: select({ except: { path: '/news' } }) })
  if (appGuards) void app.register(auth(gate))
  const gates = { Auth: appGuards ? gate : createGate({ verify }) }
  registerRoutes(app, { routes, gates, services: {}, ...(appGuards ? { appGuards } : {}) })
  return async (url, headers = {}) => {
    const { statusCode: status, body, headers: sent } = await app.inject({ url, headers })
    return new Response(body, { status, headers: sent as Record<string, string> })
  }
}

const bearer = async (claims: Claims) => ({ authorization: `Bearer ${await sign(claims)}` })

describe.each([
  ['Fetch', onFetch],
  ['Fastify', () => onFastify(false)],
  ['Fastify under a gate of the application', () => onFastify(true)],
])('generated routes on %s', (_name, open) => {
  it('an optional route takes calls with a token and without, and refuses a wrong token', async () => {
    const ask = open()
    expect(await (await ask('/news')).json()).toEqual({ sub: null })
    const own = await ask('/news', await bearer({ sub: 'alice' }))
    expect(await own.json()).toEqual({ sub: 'alice' })
    expect((await ask('/news', { authorization: 'Bearer no-token' })).status).toBe(401)
    expect((await ask('/me')).status).toBe(401)
    expect(await (await ask('/me', await bearer({ sub: 'bob' }))).json()).toEqual({ sub: 'bob' })
  })

  it('a route with a recent login answers an old one with the challenge of RFC 9470', async () => {
    const ask = open()
    const now = Math.floor(Date.now() / 1000)
    const old = await ask('/pay', await bearer({ sub: 'a', auth_time: now - 3600 }))
    expect(old.status).toBe(401)
    expect(old.headers.get('www-authenticate')).toMatch(
      /error="insufficient_user_authentication".*max_age="300"/,
    )
    const fresh = await ask('/pay', await bearer({ sub: 'a', auth_time: now - 10 }))
    expect(await fresh.json()).toEqual({ sub: 'a' })
    expect((await ask('/pay')).status).toBe(401)
  })
})

function spec(source: string) {
  const result = parseApi(source)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}
