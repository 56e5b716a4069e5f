import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getRequestListener } from '@hono/node-server'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { auth } from '../../../src/adapters/node/fastify.js'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'
import { type Route } from '../../../src/api-spec/runtime/route.js'
import { createCookieMode, createGate, from, type Gate, select } from '../../../src/gate/index.js'
import { hmacKey } from '../../../src/key/index.js'
import { type Claims, createVerifier } from '../../../src/token/index.js'
import { listening } from '../../adapters/apps/listening.js'
import { createWorkshop, type Workshop } from './project.js'

const text = readFileSync(new URL('ways.api', import.meta.url), 'utf8')

const handlers = `import { type ShopApi } from './generated/service.js'

export const handlers: ShopApi = {
  getOrders: ({ claims }) => ({ sub: claims.sub ?? '' }),
  addOrder: ({ claims, request }) => ({ sub: claims.sub ?? '', name: request.name }),
  removeOrders: ({ claims }) => ({ sub: claims.sub ?? '' }),
  sendForm: ({ claims, request }) => ({ sub: claims.sub ?? '', name: request.name }),
  getOffers: ({ claims }) => ({ sub: claims?.sub ?? 'no token' }),
  askOffer: ({ claims }) => ({ sub: claims?.sub ?? 'no token' }),
  getSettings: ({ claims }) => ({ sub: claims.sub ?? '' }),
  getReports: ({ claims }) => ({ sub: claims.sub ?? '' }),
}
`

const misuse = `import { createGates } from './generated/auth.js'
import { createClient } from './generated/client.js'

const Auth = { AccessSecret: '', AccessExpire: 1 }
createGates({ Auth })
createGates({ Auth, Cookies: {} })
createClient({ baseUrl: '/', credentials: 'always' })
createClient({ baseUrl: '/', credentials: 'include' })
`

type GuardName = 'Auth' | 'Auth-cookie' | 'Auth-bearer-cookie'
type Gates = Readonly<Record<GuardName, Gate<Claims>>>
type Routes = readonly Route<object, GuardName>[]

const page = 'https://shop.example'
const secret = randomBytes(48).toString('base64')
const config = {
  Auth: { AccessSecret: secret, AccessExpire: 900 },
  Cookies: { Origins: [page] },
}

let workshop: Workshop
let said: readonly string[]
let routes: Routes
let createGates: (config: object, options?: object) => Gates
let createClient: (options: object) => Record<string, (request?: object) => Promise<unknown>>
let token: string
beforeAll(async () => {
  const files = { 'handlers.ts': handlers, 'misuse.ts': misuse }
  workshop = createWorkshop({ ways: { text, servers: ['fastify', 'fetch'], files } })
  said = workshop.compile()
  const load = async (name: string) => workshop.load(`ways/${name}`)
  const made = await load('generated/auth')
  createGates = made['createGates'] as typeof createGates
  const { createRoutes } = await load('generated/routes')
  routes = (createRoutes as (api: unknown) => Routes)((await load('handlers'))['handlers'])
  createClient = (await load('generated/client'))['createClient'] as typeof createClient
  type Signers = Readonly<Record<GuardName, (claims: object) => Promise<string>>>
  const signers = (made['createSigners'] as (from: object) => Signers)(config)
  token = await signers['Auth-cookie']({ sub: 'alice' })
}, 120_000)
afterAll(() => {
  workshop.remove()
})

test('generated code of several ways compiles, and asks for the pages that may use a cookie', () => {
  expect(said.map((line) => line.replace(/: .*/, ''))).toEqual(
    [5, 6, 7].map((line) => `ways/misuse.ts:${String(line)}`),
  )
})

test('generated gates are not made without the pages that may use a cookie, or with wrong ones', () => {
  const { Auth } = config
  for (const from of [{ Auth }, { Auth, Cookies: {} }, { Auth, Cookies: { Origins: [] } }])
    expect(() => createGates(from)).toThrow('Cookies.Origins: is missing in the configuration')
  for (const origin of ['*', 'https://shop.example/', 'http://shop.example'])
    expect(() => createGates({ Auth, Cookies: { Origins: [origin] } })).toThrow('createCookieMode')
  const domain = { Origins: [page], Domain: 'shop.example' }
  expect(() => createGates({ Auth, Cookies: domain })).toThrow('must be __Secure-')
})

interface Server {
  readonly base: string
  readonly close: () => unknown
}

async function onFastify(
  setup: Pick<Parameters<typeof registerRoutes<object, GuardName>>[1], 'routes' | 'gates'>,
  gate?: Gate<Claims>,
): Promise<Server> {
  const app = Fastify({ forceCloseConnections: true })
  if (gate !== undefined) void app.register(auth(gate))
  const { routes: taken, gates } = setup
  const appGuards = gate === undefined ? {} : ({ appGuards: true } as const)
  registerRoutes(app, { routes: taken, gates, services: {}, ...appGuards })
  return { base: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
}

/** Under a gate of the application, which takes tokens as the declaration says. */
function underOneGate(): Promise<Server> {
  const gate = createGate({
    verify: createVerifier({
      ...{ keys: hmacKey(Buffer.from(secret), 'HS256'), algorithms: ['HS256'] as const },
      ...{ issuer: null, audience: null, typ: 'at+jwt' },
    }),
    extract: from.one(from.bearer(), createCookieMode({ origins: [page] }).extract),
    select: select({ except: { path: '/offers' } }),
  })
  const own = routes.filter(({ guard }) => guard === 'Auth-bearer-cookie')
  const gates = { ...createGates(config), 'Auth-bearer-cookie': gate }
  return onFastify({ routes: own, gates }, gate)
}

const servers = {
  Fastify: () => onFastify({ routes, gates: createGates(config) }),
  Fetch: () =>
    listening(
      getRequestListener(createHandler({ routes, gates: createGates(config), services: {} })),
    ),
  'Fastify under a gate of the application': underOneGate,
} as const

type Fields = Readonly<Record<string, string>>
const bearer = (): Fields => ({ authorization: `Bearer ${token}` })
const cookie = (value = token): Fields => ({ cookie: `theme=dark; __Host-access=${value}` })
const ownPage: Fields = { 'sec-fetch-site': 'same-origin', origin: page }
const foreign: Fields = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
const sibling: Fields = { 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.example' }

describe.each(Object.entries(servers))('more than one way in on %s', (name, start) => {
  let server: Server
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.close())

  const call = async (method: string, path: string, headers: Fields) => {
    const body = method === 'POST' ? { body: '{"name":"n"}' } : {}
    const type = method === 'POST' ? { 'content-type': 'application/json' } : {}
    const answer = await fetch(server.base + path, {
      ...{ method, ...body },
      headers: { ...type, ...headers },
    })
    const json = (await answer.json()) as { readonly sub?: string; readonly reason?: string }
    return [answer.status, json.sub ?? json.reason]
  }
  const taken = [200, 'alice']
  const refused = [403, 'origin_refused']

  it(`${name} takes a token from the header or from the cookie, and refuses none, two and wrong ones`, async () => {
    expect(await call('GET', '/orders', bearer())).toEqual(taken)
    expect(await call('GET', '/orders', { ...cookie(), ...ownPage })).toEqual(taken)
    expect(await call('GET', '/orders', {})).toMatchObject([401, expect.anything()])
    const both = { ...bearer(), ...cookie(), ...ownPage }
    expect((await call('GET', '/orders', both))[0]).toBe(400)
    expect((await call('POST', '/orders', both))[0]).toBe(400)
    const wrong = `${token.slice(0, -4)}AAAA`
    expect((await call('GET', '/orders', { authorization: `Bearer ${wrong}` }))[0]).toBe(401)
    expect((await call('GET', '/orders', { ...cookie(wrong), ...ownPage }))[0]).toBe(401)
    const twice = { ...ownPage, cookie: `__Host-access=${token}; __Host-access=${token}` }
    expect((await call('GET', '/orders', twice))[0]).toBe(400)
    const other = { ...ownPage, cookie: `access=${token}; __Host-shop=${token}` }
    expect((await call('GET', '/orders', other))[0]).toBe(401)
  })

  it(`${name} lets no cache keep an answer to a cookie`, async () => {
    for (const sent of [cookie(), cookie('a.b.c')]) {
      const { headers } = await fetch(`${server.base}/orders`, { headers: sent })
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it.each(['POST', 'DELETE'])(
    `${name} takes %s with the cookie from own pages alone, and with a bearer token from anywhere`,
    async (method) => {
      expect(await call(method, '/orders', { ...cookie(), ...ownPage })).toEqual(taken)
      expect(await call(method, '/orders', { ...cookie(), origin: page })).toEqual(taken)
      for (const elsewhere of [
        foreign,
        sibling,
        {},
        { origin: 'null' },
        { 'sec-fetch-site': 'none' },
      ])
        expect(await call(method, '/orders', { ...cookie(), ...elsewhere })).toEqual(refused)
      const rebound = { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }
      expect(await call(method, '/orders', { ...cookie(), ...rebound })).toEqual(refused)
      for (const anywhere of [foreign, sibling, {}, ownPage])
        expect(await call(method, '/orders', { ...bearer(), ...anywhere })).toEqual(taken)
    },
  )

  it(`${name} takes GET with the cookie from visits too, and not from what other pages embed`, async () => {
    const visit = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    for (const site of [{}, { 'sec-fetch-site': 'none' }])
      expect(await call('GET', '/orders', { ...cookie(), ...site })).toEqual(taken)
    const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }
    for (const elsewhere of [foreign, sibling, image, { ...visit, ...foreign }])
      expect(await call('GET', '/orders', { ...cookie(), ...elsewhere })).toEqual(refused)
  })

  it(`${name} takes a form with the cookie from own pages alone`, async () => {
    const form = async (headers: Fields) => {
      const body = new URLSearchParams({ name: 'n' })
      const answer = await fetch(`${server.base}/form`, { method: 'POST', body, headers })
      return answer.status
    }
    expect(await form({ ...cookie(), ...ownPage })).toBe(200)
    expect(await form({ ...cookie(), ...foreign })).toBe(403)
    expect(await form({ ...cookie(), ...sibling })).toBe(403)
    expect(await form(cookie())).toBe(403)
    expect(await form({ ...bearer(), ...foreign })).toBe(200)
    expect(await form(ownPage)).toBe(401)
  })

  it(`${name} takes an optional token from each way, refuses a cookie of a foreign page, and takes calls with none`, async () => {
    for (const method of ['GET', 'POST']) {
      expect(await call(method, '/offers', {})).toEqual([200, 'no token'])
      expect(await call(method, '/offers', foreign)).toEqual([200, 'no token'])
      expect(await call(method, '/offers', bearer())).toEqual(taken)
      expect(await call(method, '/offers', { ...cookie(), ...ownPage })).toEqual(taken)
      expect(await call(method, '/offers', { ...cookie(), ...foreign })).toEqual(refused)
      expect((await call(method, '/offers', { ...cookie('a.b.c'), ...ownPage }))[0]).toBe(401)
      expect((await call(method, '/offers', { ...bearer(), ...cookie(), ...ownPage }))[0]).toBe(400)
    }
  })
})

test.each([['Fastify'], ['Fetch']] as const)(
  `%s takes a token only from the ways of the route's own guard`,
  async (name) => {
    const server = await servers[name]()
    const call = async (path: string, headers: Fields) =>
      (await fetch(server.base + path, { headers })).status
    const sent = { ...cookie(), ...ownPage }
    expect(await call('/settings', sent)).toBe(200)
    expect(await call('/settings', bearer())).toBe(401)
    // The header is no way here, so it is not looked at.
    expect(await call('/settings', { ...bearer(), ...sent })).toBe(200)
    expect(await call('/reports', bearer())).toBe(200)
    expect(await call('/reports', sent)).toBe(401)
    expect(await call('/reports', { ...bearer(), ...sent })).toBe(200)
    await server.close()
  },
)

test('the option extract of generated gates reads the header in another way, and leaves cookies protected', async () => {
  const server = await onFastify({ routes, gates: createGates(config, { extract: from.bare() }) })
  const status = async (path: string, headers: Fields, method = 'GET') =>
    (await fetch(server.base + path, { method, headers })).status
  const raw = { authorization: token }
  expect(await status('/orders', raw)).toBe(200)
  expect(await status('/reports', raw)).toBe(200)
  expect(await status('/settings', raw)).toBe(401)
  expect(await status('/orders', { ...cookie(), ...ownPage }, 'DELETE')).toBe(200)
  expect(await status('/orders', { ...cookie(), ...foreign }, 'DELETE')).toBe(403)
  await server.close()
})

test('the generated client takes cookies along as its option credentials says', async () => {
  const sent: RequestInit[] = []
  const watching = (_input: unknown, init: RequestInit) => {
    sent.push(init)
    return Promise.resolve(Response.json({}))
  }
  const cookies = { grant: () => Promise.resolve({}) }
  const tokens = { grant: () => Promise.resolve({ token }) }
  const options = { baseUrl: 'https://api.shop.example', fetch: watching }
  const call = (more: object) => createClient({ ...options, ...more })['getOrders']?.()
  await call({ source: cookies, credentials: 'include' })
  await call({ source: tokens, credentials: 'omit' })
  await call({ credentials: 'include' })
  await call({})
  expect(sent.map(({ credentials }) => credentials)).toEqual([
    ...['include', 'omit', 'include', undefined],
  ])
  expect(sent.map(({ headers }) => new Headers(headers).get('authorization'))).toEqual([
    ...[null, `Bearer ${token}`, null, null],
  ])
})
