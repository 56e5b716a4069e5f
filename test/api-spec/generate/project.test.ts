import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromSession, type TokenSource } from '../../../src/client/index.js'
import { handlers } from './handlers.js'
import { createWorkshop, usersApi, type Workshop } from './project.js'

// The shapes of what is generated, as far as the tests look at it; the compiler has checked the originals.
interface Client {
  login(request: object): Promise<{ accessToken: string; refreshToken: string; expiresIn: number }>
  getProfile(request: object): Promise<Record<string, unknown>>
  updateProfile(request: object): Promise<Record<string, unknown>>
  adminJobs: {
    slow(request: object): Promise<unknown>
    delete(): Promise<unknown>
    watch(): Promise<AsyncIterable<unknown>>
  }
}
type Handle = (request: Request) => Promise<Response>
interface Signers {
  readonly Auth: (claims: object) => Promise<string>
}

const oldSecret = randomBytes(48).toString('base64')
const config = {
  Auth: { AccessSecret: randomBytes(48).toString('base64'), AccessExpire: 900 },
  Moving: { Secret: randomBytes(48).toString('base64'), PrevSecret: oldSecret },
}

let workshop: Workshop
let said: readonly string[]
beforeAll(() => {
  workshop = createWorkshop({
    users: { text: usersApi, servers: ['fastify', 'fetch'], files: handlers },
    open: { text: 'service open-api { @handler Ping get /ping }', servers: ['fastify', 'fetch'] },
    awkward: {
      text: 'type class { X int `json:"x-y"` }\nservice a { @jwt A @server (scopes: "a:b,c" roles: x) @handler delete delete /x (class) returns ([]*class) }',
      servers: ['fetch'],
    },
  })
  said = workshop.compile()
}, 120_000)
afterAll(() => {
  workshop.remove()
})

describe('a generated project', () => {
  it('a generated project compiles in the strictest setting, and wrong calls of its client do not', () => {
    const misuse = said.filter((line) => !line.startsWith('users/misuse-server.ts'))
    expect(misuse.map((line) => line.replace(/: .*/, ''))).toEqual(
      [3, 4, 5, 6, 7].map((line) => `users/misuse.ts:${String(line)}`),
    )
  })

  it('a generated project names a missing handler, and refuses a wrong answer and claims on an open route', () => {
    const misuse = said.filter((line) => line.startsWith('users/misuse-server.ts'))
    expect(misuse).toEqual([
      expect.stringMatching(
        /:4: Property 'login' is missing in type .* required in type 'UserApi'/,
      ),
      expect.stringMatching(/:5: Type 'number' is not assignable to type 'string'/),
      expect.stringMatching(/:6: Property 'claims' does not exist on type/),
    ])
  })
})

describe.each(['fastify', 'fetch'] as const)('a generated project on %s', (server) => {
  let call: typeof fetch | undefined
  let baseUrl = 'http://localhost'
  /** Where the server sees the caller. */
  const address = server === 'fetch' ? '198.51.100.7' : '127.0.0.1'
  let close: () => Promise<unknown>
  const services = { config, log: [] as string[] }

  beforeAll(async () => {
    const { serve } = await workshop.load(`users/on-${server}`)
    if (server === 'fetch') {
      const handle = (serve as (addressOf: () => string, services: object) => Handle)(
        () => address,
        services,
      )
      call = (input, init) => handle(new Request(input, init))
      close = () => Promise.resolve()
      return
    }
    const app = Fastify({ forceCloseConnections: true })
    ;(serve as (app: object, services: object) => void)(app, services)
    baseUrl = await app.listen({ port: 0, host: '127.0.0.1' })
    close = () => app.close()
  }, 60_000)
  afterAll(() => close())

  const client = async (source?: TokenSource) => {
    const { createClient } = await workshop.load('users/generated/client')
    return (createClient as (options: object) => Client)({
      baseUrl,
      ...(call && { fetch: call }),
      ...(source && { source }),
    })
  }
  const withToken = (token: string) => client({ grant: () => Promise.resolve({ token }) })
  const sign = async (name: 'Auth' | 'Moving', claims: object = {}) => {
    const { createSigners } = await workshop.load('users/generated/auth')
    const secrets =
      name === 'Moving' ? { ...config, Moving: { ...config.Moving, Secret: oldSecret } } : config
    const signers = (
      createSigners as (config: object) => Signers & { AuthMoving: Signers['Auth'] }
    )(secrets)
    return (name === 'Moving' ? signers.AuthMoving : signers.Auth)({ sub: 'alice', ...claims })
  }

  it('a generated project opens public routes and guards the others: 401 without a token, 200 with one', async () => {
    const open = await client()
    const login = await open.login({ username: 'alice', password: 'secret' })
    expect(login).toMatchObject({ refreshToken: 'r1', expiresIn: 900 })
    await expect(open.getProfile({ 'user-id': 'a' })).rejects.toMatchObject({ status: 401 })
    const known = await withToken(login.accessToken)
    expect(
      await known.getProfile({ 'user-id': 'a/b é', tag: ['x', 'y z'], 'X-Trace': 't' }),
    ).toEqual({
      street: 'a/b é',
      name: 'alice',
      page: 1,
      tags: ['x', 'y z'],
      trace: 't',
      scores: {},
      nested: { deep: [1] },
    })
  })

  it('a generated client refreshes an expired token once for all waiting calls, never for public routes', async () => {
    const pair = (accessToken: string) => ({ accessToken, refreshToken: 'r', expiresIn: 900 })
    let refreshes = 0
    const session = fromSession({
      endpoint: 'http://localhost/refresh',
      fetch: async () => {
        refreshes++
        return Response.json(pair(await sign('Auth')))
      },
    })
    await session.signIn(pair(withExpiry(await sign('Auth'), 1000)))
    const known = await client(session)
    await expect(known.login({ username: 'alice', password: 'wrong' })).rejects.toMatchObject({
      status: 401,
      body: { msg: 'invalid credentials' },
    })
    expect(refreshes).toBe(0)
    const answers = await Promise.all(
      [1, 2, 3].map((page) => known.getProfile({ 'user-id': 'a', page })),
    )
    expect(answers.map(({ page }) => page)).toEqual([1, 2, 3])
    expect(refreshes).toBe(1)
  })

  it('a generated project refuses what does not fit its type, naming the member and not its value', async () => {
    const known = await withToken(await sign('Auth'))
    const refused = (status: number, path: string) => ({
      status,
      body: { status, reason: 'invalid_request', problems: [{ path }] },
    })
    await expect(
      known.login({ username: 'alice', password: 'secret', client: 'fridge' }),
    ).rejects.toMatchObject(refused(400, 'client'))
    await expect(known.getProfile({ 'user-id': 'a', page: 101 })).rejects.toMatchObject(
      refused(400, 'page'),
    )
    const profile = {
      street: 's',
      name: 'n',
      page: 1,
      tags: [],
      scores: { a: 1 },
      nested: { deep: [2] },
    }
    expect(await known.updateProfile({ ...profile, extra: 1, manager: profile })).toEqual({
      ...profile,
      manager: profile,
    })
    await expect(known.updateProfile({ ...profile, scores: { a: 2 ** 40 } })).rejects.toMatchObject(
      refused(400, 'scores.a'),
    )
    await expect(
      known.updateProfile({ ...profile, nested: { deep: ['x'] } }),
    ).rejects.toMatchObject(refused(400, 'nested.deep.0'))
  })

  it('a generated project runs middleware after the gate, keeps its limits, takes the previous secret', async () => {
    const previous = await sign('Moving')
    const known = await withToken(previous)
    services.log.length = 0
    expect(await known.adminJobs.delete()).toEqual({ street: 'audit alice' })
    await expect(known.adminJobs.slow({ street: 'x' })).rejects.toMatchObject({ status: 503 })
    await expect(known.adminJobs.slow({ street: 'x'.repeat(300) })).rejects.toMatchObject({
      status: 413,
    })
    const wrong = await withToken(`${previous}x`)
    await expect(wrong.adminJobs.delete()).rejects.toMatchObject({ status: 401 })
    expect(services.log).toEqual(['audit alice', 'audit alice'])
  })

  it('a strict block of a generated project refuses unknown members, and texts too long or short', async () => {
    const known = await withToken(await sign('Moving'))
    const refused = (path: string) => ({ status: 400, body: { problems: [{ path }] } })
    const job = { street: 'x', 'secret-name': 1 }
    const refusal = known.adminJobs.slow(job)
    await expect(refusal).rejects.toMatchObject(refused(''))
    await expect(refusal).rejects.not.toThrow('secret-name')
    for (const password of ['', '𝒳'.repeat(65)]) {
      const login = known.login({ username: 'alice', password })
      await expect(login).rejects.toMatchObject(refused('password'))
    }
    const longest = known.login({ username: 'alice', password: '𝒳'.repeat(64) })
    await expect(longest).rejects.toMatchObject({ status: 401 })
  })

  it('a generated project serves a route below its prefix only, and answers what handlers throw', async () => {
    const post = (path: string, body: unknown, type = 'application/json') =>
      (call ?? fetch)(baseUrl + path, {
        method: 'POST',
        headers: { 'content-type': type, 'x-twice': 'a' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    expect((await post('/user/refresh', { refreshToken: 'good' })).status).toBe(404)
    const good = await post('/v1/user/refresh', { refreshToken: 'good' })
    expect([good.status, good.headers.get('cache-control')]).toEqual([200, 'private'])
    expect(await good.json()).toMatchObject({ accessToken: 'a' })
    const login = await post('/v1/user/login', { username: 'alice', password: 'secret' })
    expect([login.status, login.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const bad = await post('/v1/user/refresh', { refreshToken: 'bad' })
    expect([bad.status, bad.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('application/problem+json'),
    ])
    expect([bad.headers.get('cache-control'), await bad.json()]).toMatchObject([
      'no-store',
      { reason: 'invalid_grant' },
    ])
    for (const [body, type, status] of [
      ['{"refreshToken":', 'application/json', 400],
      ['refreshToken=good', 'text/plain', 415],
      ['', 'application/json', 400],
      ['[]', 'application/json', 400],
      ['{"refreshToken":"bad","refreshToken":"good"}', 'application/json', 400],
      ['{"refreshToken":"good","__proto__":{}}', 'application/json', 400],
      ['\ufeff{"refreshToken":"good"}', 'application/json', 400],
      ['{"refreshToken":"good"}', 'application/json; charset=utf-16', 415],
    ] as const) {
      const answer = await post('/v1/user/refresh', body, type)
      expect([answer.status, await answer.json()]).toMatchObject([
        status,
        { reason: 'invalid_request' },
      ])
    }
  })

  it('a generated project hands the address of the caller to the handler', async () => {
    const answer = await (call ?? fetch)(`${baseUrl}/v1/user/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken: 'good' }),
    })
    expect(await answer.json()).toMatchObject({ refreshToken: address })
  })

  it('a generated project tells a handler that its caller has gone, and only then', async () => {
    services.log.length = 0
    const login = (username: string, signal?: AbortSignal) =>
      (call ?? fetch)(baseUrl + '/v1/user/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password: 'secret' }),
        ...(signal && { signal }),
      })
    expect((await login('alice')).status).toBe(200)
    const leaving = new AbortController()
    const left = login('bob', leaving.signal).catch(() => undefined)
    await expect.poll(() => services.log).toContain('bob waits')
    leaving.abort()
    await left
    await expect.poll(() => services.log).toContain('bob has gone')
    expect(services.log).not.toContain('alice has gone')
  })

  it('a generated project sends server-sent events', async () => {
    const known = await withToken(await sign('Auth'))
    const seen: unknown[] = []
    for await (const tick of await known.adminJobs.watch()) seen.push(tick)
    expect(seen).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }])
  })
})

/** The token with another expiry, of which the signature knows nothing: what a client reads before it sends a token. */
function withExpiry(token: string, exp: number): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const changed = Buffer.from(JSON.stringify({ ...claims, exp })).toString('base64url')
  return `${header}.${changed}.${signature}`
}
