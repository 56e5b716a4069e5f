import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCookieMode } from '../../src/gate/index.js'
import {
  memorySiteSessions,
  type EndedMark,
  type SiteSession,
  type SiteSessionStore,
} from '../../src/relying-party/index.js'
import { startLiar, type Liar, type Lies } from './liar.js'
import { visitorOf } from './visitor.js'

let liar: Liar
beforeAll(async () => {
  liar = await startLiar()
})
beforeEach(() => {
  liar.lies = {}
  liar.now = () => Date.now() / 1000
})
afterAll(() => liar.close())

describe('a refresh', () => {
  test('an ID token of another user is LOGIN_TOKEN, and nothing is kept of that answer', async () => {
    const visitor = visitorOf(liar)
    await visitor.logIn()
    liar.lies = { claims: { sub: 'eve', nonce: undefined }, answer: { access_token: 'of-eve' } }
    const answer = await visitor.post('refresh')
    expect([answer.status, answer.setCookie, visitor.events.at(-1)]).toEqual([
      400,
      [],
      { route: 'refresh', status: 400, code: 'LOGIN_TOKEN', claim: 'sub' },
    ])
  })

  test('an answer without an ID token and without a new refresh token keeps those that are there', async () => {
    const visitor = visitorOf(liar)
    await visitor.logIn()
    const before = visitor.jar.get('__Host-refresh')
    liar.lies = { answer: { id_token: undefined, refresh_token: undefined, access_token: 'next' } }
    expect((await visitor.post('refresh')).status).toBe(200)
    expect([visitor.jar.get('__Host-access'), visitor.jar.get('__Host-refresh')]).toEqual([
      'next',
      before,
    ])
    const target = new URL((await visitor.post('logout')).headers['Location'] ?? '')
    expect(target.searchParams.get('id_token_hint')).toMatch(/^eyJ/)
  })

  test('a browser without a session is REFRESH_UNKNOWN, without a word to the provider', async () => {
    const visitor = visitorOf(liar)
    const asked = liar.asked.length
    expect((await visitor.post('refresh')).status).toBe(401)
    expect([visitor.events.at(-1)?.code, liar.asked.length]).toEqual(['REFRESH_UNKNOWN', asked])
  })

  test('a provider that is down ends no session, and the next refresh works', async () => {
    const visitor = visitorOf(liar)
    await visitor.logIn()
    liar.lies = { reply: (response) => response.writeHead(503).end('down') }
    const { status, setCookie } = await visitor.post('refresh')
    expect([status, setCookie]).toEqual([502, []])
    liar.lies = {}
    liar.nonce = undefined
    expect((await visitor.post('refresh')).status).toBe(200)
  })

  test('a login without a refresh token deletes the one of a session before', async () => {
    const visitor = visitorOf(liar)
    await visitor.logIn()
    liar.lies = { answer: { refresh_token: undefined } }
    await visitor.logIn()
    expect([...visitor.jar.keys()].sort()).toEqual(['__Host-access', '__Host-login'])
  })

  test('a login with an access token still there goes to the provider, because a page that refuses it would go round', async () => {
    const visitor = visitorOf(liar)
    await visitor.logIn()
    const asked = liar.asked.length
    const begin = () => visitor.party.login(visitor.request('/auth/login?returnTo=/orders'))
    expect((await begin()).headers['Location']).toContain('/authorize?')
    expect(liar.asked.length).toBe(asked)
    liar.nonce = undefined
    visitor.jar.delete('__Host-access')
    expect((await begin()).headers['Location']).toBe('/orders')
  })

  test('a refresh by GET changes nothing', async () => {
    const visitor = visitorOf(liar)
    await visitor.logIn()
    const asked = liar.asked.length
    const own = { 'sec-fetch-site': 'same-origin' }
    const answer = await visitor.party.refresh(visitor.request('/auth/refresh', own))
    expect([answer.status, liar.asked.length]).toEqual([400, asked])
  })
})

describe('a logout', () => {
  test('with an ID token too long for a cookie it names the user instead', async () => {
    liar.lies = { claims: { groups: 'a'.repeat(3000) } }
    const visitor = visitorOf(liar)
    await visitor.logIn()
    expect((visitor.jar.get('__Host-login') ?? '').length).toBeLessThan(2049)
    const { searchParams } = new URL((await visitor.post('logout')).headers['Location'] ?? '')
    expect([searchParams.get('logout_hint'), searchParams.has('id_token_hint')]).toEqual([
      'ada',
      false,
    ])
  })

  test('at a provider without a logout, or one that is down, it ends here and goes home', async () => {
    for (const metadata of [
      { end_session_endpoint: undefined },
      { issuer: 'https://other.example' },
    ]) {
      liar.lies = {}
      const postLogoutRedirectUri = 'https://shop.example/goodbye'
      const visitor = visitorOf(liar, { postLogoutRedirectUri })
      if (!('issuer' in metadata)) liar.lies = { metadata }
      await visitor.logIn()
      // The metadata that were read expire.
      liar.lies = { metadata }
      liar.now = () => Date.now() / 1000 + 90_000
      const { status, headers } = await visitor.post('logout')
      expect([status, headers['Location'], visitor.jar.size]).toEqual([
        303,
        postLogoutRedirectUri,
        0,
      ])
      liar.now = () => Date.now() / 1000
    }
  })

  test('at a provider without a logout the refresh token is revoked, and one with a logout ends its session itself', async () => {
    const there = visitorOf(liar)
    await there.logIn()
    const asked = liar.asked.length
    await there.post('logout')
    expect(liar.asked.length).toBe(asked)
    liar.lies = { metadata: { end_session_endpoint: undefined } }
    const visitor = visitorOf(liar)
    await visitor.logIn()
    await visitor.post('logout')
    expect(liar.asked.at(-1)?.form.get('token')).toBe('a-refresh-token')
    expect(liar.asked.at(-1)?.authorization).toMatch(/^Basic /)
  })

  test('without a session it is no error', async () => {
    expect((await visitorOf(liar).post('logout')).status).toBe(303)
  })
})

describe('what the provider tells of a user', () => {
  test('userInfo asks with the access token of the request, from cookies and from a store', async () => {
    for (const options of [{}, { store: memorySiteSessions() }]) {
      const visitor = visitorOf(liar, options)
      await visitor.logIn()
      const told = await visitor.party.userInfo(visitor.request('/me'), 'ada')
      expect(told).toEqual({ sub: 'ada', email: 'ada@example.com' })
      expect(liar.asked.at(-1)?.authorization).toBe('Bearer an-access-token')
    }
  })

  test('userInfo refuses an answer about another user, or about none', async () => {
    const visitor = visitorOf(liar)
    await visitor.logIn()
    const ask = (subject?: string) => visitor.party.userInfo(visitor.request('/me'), subject)
    await expect(ask('eve')).rejects.toMatchObject({ code: 'LOGIN_TOKEN', claim: 'sub' })
    await expect(ask(undefined)).rejects.toMatchObject({ code: 'LOGIN_TOKEN' })
    liar.lies = { info: { sub: undefined } }
    await expect(ask('ada')).rejects.toMatchObject({ code: 'LOGIN_TOKEN' })
  })

  test('userInfo is undefined without a session, and says when the provider refuses or fails', async () => {
    const visitor = visitorOf(liar)
    const ask = () => visitor.party.userInfo(visitor.request('/me'), 'ada')
    expect(await ask()).toBeUndefined()
    await visitor.logIn()
    liar.lies = { reply: (response) => response.writeHead(401).end('{"error":"invalid_token"}') }
    await expect(ask()).rejects.toMatchObject({ code: 'LOGIN_REFUSED' })
    liar.lies = { reply: (response) => response.writeHead(200).end('eyJ.signed.info') }
    await expect(ask()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  })
})

describe('where a site keeps its logins', () => {
  test('onTokens gets a verified login, and its cookies go along with the answer', async () => {
    const seen: unknown[] = []
    const visitor = visitorOf(liar, {
      onTokens: (login, request) => {
        seen.push([login.subject, login.sid, login.tokens.accessToken, request.url?.split('?')[0]])
        return { setCookie: ['own=1; Path=/'] }
      },
    })
    await visitor.logIn()
    expect(seen).toEqual([['ada', 'session-1', 'an-access-token', '/auth/callback']])
    expect([...visitor.jar]).toEqual([['own', '1']])
  })

  test('a cookie mode that the site gives is used as it is', async () => {
    const names = { access: '__Host-a', refresh: '__Host-b' }
    const cookies = createCookieMode({ origins: ['https://shop.example'], sameSite: 'Lax', names })
    const visitor = visitorOf(liar, { cookies })
    await visitor.logIn()
    expect([...visitor.jar.keys()].sort()).toEqual(['__Host-a', '__Host-b', '__Host-login'])
  })

  test('a store has neither an id that a browser presents nor a name in its keys', async () => {
    const kept = new Map<string, unknown>()
    const store: SiteSessionStore = {
      ...memorySiteSessions(),
      set: (key, value) => kept.set(key, value),
    }
    const visitor = visitorOf(liar, { store })
    await visitor.logIn()
    const id = visitor.jar.get('__Host-site') ?? ''
    expect([...kept.keys()]).toEqual([expect.stringMatching(/^session:[\w-]{43}$/)])
    expect(JSON.stringify([...kept])).not.toContain(id)
  })

  test('a session in a store ends with its time, whatever is refreshed', async () => {
    const visitor = visitorOf(liar, {
      store: memorySiteSessions(() => liar.now()),
      sessionTtl: '1h',
    })
    const session = () => visitor.party.session(visitor.request('/me'))
    await visitor.logIn()
    liar.nonce = undefined
    liar.now = () => Date.now() / 1000 + 3500
    expect((await visitor.post('refresh')).status).toBe(200)
    expect(await session()).toBeDefined()
    liar.now = () => Date.now() / 1000 + 3601
    expect(await session()).toBeUndefined()
  })

  test('a refresh that the provider refuses ends the session in a store, unless another process has refreshed it', async () => {
    const invalid: Lies = {
      reply: (response) => response.writeHead(400).end('{"error":"invalid_grant"}'),
    }
    const store = memorySiteSessions()
    const visitor = visitorOf(liar, { store })
    const session = () => visitor.party.session(visitor.request('/me'))
    await visitor.logIn()
    const racing: SiteSessionStore = {
      ...store,
      get: async (key) => {
        const found = await store.get(key)
        const isRow = found !== null && found !== undefined && 'refreshToken' in found
        // From the second look on it is as another process has left it.
        return isRow && looks++ > 0 ? { ...found, refreshToken: 'a-newer-one' } : found
      },
    }
    let looks = 0
    const other = visitorOf(liar, { store: racing })
    for (const [name, value] of visitor.jar) other.jar.set(name, value)
    liar.lies = invalid
    expect((await other.post('refresh')).status).toBe(401)
    expect(await session()).toBeDefined()
    expect((await visitor.post('refresh')).status).toBe(401)
    expect(await session()).toBeUndefined()
  })

  test('a session that is asked for fresh has a valid access token, by one refresh for all who ask', async () => {
    const visitor = visitorOf(liar, { store: memorySiteSessions(() => liar.now()) })
    const session = (fresh: boolean) => visitor.party.session(visitor.request('/me'), { fresh })
    await visitor.logIn()
    const asked = liar.asked.length
    liar.nonce = undefined
    liar.lies = { answer: { access_token: 'the-next' } }
    expect((await session(true))?.accessToken).toBe('an-access-token')
    liar.now = () => Date.now() / 1000 + 901
    expect((await session(false))?.accessToken).toBe('an-access-token')
    const both = await Promise.all([session(true), session(true)])
    expect(both.map((each) => each?.accessToken)).toEqual(['the-next', 'the-next'])
    expect(liar.asked.length - asked).toBe(1)
    liar.now = () => Date.now() / 1000 + 2000
    liar.lies = { reply: (response) => response.writeHead(503).end('down') }
    await expect(session(true)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    liar.lies = { reply: (response) => response.writeHead(400).end('{"error":"invalid_grant"}') }
    expect([await session(true), await session(false)]).toEqual([undefined, undefined])
  })

  test('a session that its store has kept for too long has ended all the same', async () => {
    const kept = new Map<string, SiteSession | EndedMark>()
    const store: SiteSessionStore = {
      get: (key) => kept.get(key),
      set: (key, value) => kept.set(key, value),
      delete: (key) => kept.delete(key),
    }
    const visitor = visitorOf(liar, { store, sessionTtl: '1h' })
    await visitor.logIn()
    liar.now = () => Date.now() / 1000 + 3601
    expect(await visitor.party.session(visitor.request('/me'))).toBeUndefined()
  })

  test('a store that is down is 503, and no logout', async () => {
    const down = () => Promise.reject(new Error('down'))
    const store = { get: down, set: down, delete: down }
    const visitor = visitorOf(liar, { store })
    visitor.jar.set('__Host-site', 'some-id')
    expect([(await visitor.post('logout')).status, visitor.events.at(-1)?.code]).toEqual([
      503,
      'STORE_UNAVAILABLE',
    ])
  })
})
