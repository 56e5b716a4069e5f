import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHash } from 'node:crypto'
import { startLiar, type Liar } from './liar.js'
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

describe('the request of a login', () => {
  test('a login asks by code with PKCE S256, a state and a nonce of 256 bits each, and never the same twice', async () => {
    const visitor = visitorOf(liar, { scope: 'openid profile', resource: 'https://api.example' })
    const [one, two] = [await visitor.login(), await visitor.login()]
    expect(Object.fromEntries(one)).toEqual({
      ...{ response_type: 'code', response_mode: 'query', client_id: 'shop' },
      ...{ redirect_uri: 'https://shop.example/auth/callback', scope: 'openid profile' },
      ...{ resource: 'https://api.example', code_challenge_method: 'S256' },
      state: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    })
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(two.get(name)).not.toBe(one.get(name))
  })

  test('the verifier that the token endpoint gets is that of the challenge', async () => {
    const visitor = visitorOf(liar)
    const asked = await visitor.login()
    await visitor.comeBack({ code: 'c', state: asked.get('state') ?? '', iss: liar.issuer })
    const verifier = liar.asked.at(-1)?.form.get('code_verifier') ?? ''
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    expect(challenge).toBe(asked.get('code_challenge'))
  })

  test('what a link asks for goes on to the provider, and what is not as OpenID Connect has it is refused', async () => {
    const visitor = visitorOf(liar)
    const ask = (query: string) => visitor.party.login(visitor.request(`/auth/login?${query}`))
    const good = await ask(
      'prompt=login&max_age=60&acr_values=a%20b&login_hint=ada&ui_locales=de%20en',
    )
    const { searchParams } = new URL(good.headers['Location'] ?? '')
    const found = ['prompt', 'max_age', 'acr_values', 'login_hint', 'ui_locales'].map((name) =>
      searchParams.get(name),
    )
    expect(found).toEqual(['login', '60', 'a b', 'ada', 'de en'])
    for (const query of [
      'prompt=create',
      'max_age=-1',
      'max_age=1e3',
      'acr_values=%22',
      'prompt=login&prompt=none',
    ])
      expect([query, (await ask(query)).status]).toEqual([query, 400])
    const own = new URL(
      (await ask('scope=admin&redirect_uri=https://evil.example')).headers['Location'] ?? '',
    )
    expect([own.searchParams.get('scope'), own.searchParams.get('redirect_uri')]).toEqual([
      'openid',
      'https://shop.example/auth/callback',
    ])
  })

  test('further parameters are those of the options, such as the audience of Auth0', async () => {
    const authorizationParameters = { audience: 'https://api.example' }
    const asked = await visitorOf(liar, { authorizationParameters }).login()
    expect(asked.get('audience')).toBe('https://api.example')
  })
})

describe('the cookies of logins on their way', () => {
  test('a login has one cookie, for this host, out of reach of scripts, for ten minutes', async () => {
    const visitor = visitorOf(liar)
    const { setCookie } = await visitor.party.login(visitor.request('/auth/login'))
    expect(setCookie).toHaveLength(1)
    expect(setCookie[0]).toMatch(
      /^__Host-login\.[0-9a-z]{6,8}\.[\w-]{8}=[\w-]+; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/,
    )
    expect(setCookie[0]).not.toContain('shop.example')
  })

  test('of six logins at once the oldest is deleted, and the other five can come back', async () => {
    const visitor = visitorOf(liar)
    const states: string[] = []
    for (let at = 0; at < 6; at++) {
      const moment = Date.now() / 1000 - 60 + at
      liar.now = () => moment
      states.push((await visitor.login()).get('state') ?? '')
    }
    expect(visitor.jar.size).toBe(5)
    liar.lies = {
      reply: (response) =>
        response
          .writeHead(400, { 'content-type': 'application/json' })
          .end('{"error":"invalid_grant"}'),
    }
    const codes: (string | undefined)[] = []
    for (const state of states) {
      await visitor.comeBack({ code: 'c', state, iss: liar.issuer })
      codes.push(visitor.events.at(-1)?.code)
    }
    expect(codes).toEqual(['LOGIN_STATE', ...Array<string>(5).fill('LOGIN_REFUSED')])
    expect(visitor.jar.size).toBe(0)
  })

  test('logins that come from long addresses stay below what servers take as a header', async () => {
    const visitor = visitorOf(liar)
    for (let at = 0; at < 8; at++) {
      const moment = Date.now() / 1000 - 60 + at
      liar.now = () => moment
      await visitor.login({ returnTo: `/${'a'.repeat(1000)}` })
    }
    const bytes = [...visitor.jar].reduce(
      (sum, [name, value]) => sum + name.length + value.length,
      0,
    )
    expect([visitor.jar.size > 1, bytes < 6500]).toEqual([true, true])
  })

  const noPages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'a prefetch': { 'sec-purpose': 'prefetch' },
    'a prerendering': { 'sec-purpose': 'prefetch;prerender' },
    'a prefetch of an older browser': { purpose: 'prefetch' },
    'a frame': { 'sec-fetch-dest': 'iframe' },
    'an image': { 'sec-fetch-dest': 'image' },
    'a script': { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' },
  }
  test.each(Object.entries(noPages))(
    '%s begins no login, and gets no cookie',
    async (_, headers) => {
      const visitor = visitorOf(liar)
      const answer = await visitor.party.login(visitor.request('/auth/login', headers))
      expect([answer.status, answer.setCookie, answer.headers['Location']]).toEqual([
        400,
        [],
        undefined,
      ])
    },
  )
})

describe('where a login goes back to', () => {
  const places: Readonly<Record<string, string>> = {
    '/orders?page=2#top': '/orders?page=2#top',
    '/ümlaut': '/%C3%BCmlaut',
    '//evil.example': '/',
    '/\\evil.example': '/',
    '\\\\evil.example': '/',
    '/\t/evil.example': '/',
    '/\n/evil.example': '/',
    '/.//evil.example': '/',
    '/a/..//evil.example': '/',
    'https://evil.example': '/',
    'https:evil.example': '/',
    'javascript:alert(1)': '/',
    orders: '/',
    '': '/',
    '/auth/login?returnTo=/auth/login': '/',
    '/auth/callback?code=c': '/',
    [`/${'a'.repeat(2000)}`]: '/',
  }
  test.each(Object.entries(places))('from returnTo=%j it goes to %j', async (returnTo, place) => {
    const answer = await visitorOf(liar).logIn({ returnTo })
    expect([answer.status, answer.headers['Location']]).toEqual([303, place])
  })
})
