import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { generateKeyPairSync } from 'node:crypto'
import { privateKey } from '../../src/key/index.js'
import { memorySiteSessions } from '../../src/relying-party/index.js'
import { Browser } from './browser.js'
import { apiAudience, logInAt, startPeer, type Peer } from './peer.js'
import { clientSecret, reserve, serveSite, type Site } from './site.js'

let peer: Peer
let shop: Site
let desk: Site
let bank: Site
let kiosk: Site
let ended: unknown[] = []
const revocation = { revoke: (request: unknown) => Promise.resolve(ended.push(request)) }

beforeAll(async () => {
  const sites = [await reserve(), await reserve(), await reserve(), await reserve()] as const
  const [one, other, third, fourth] = sites
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const client = (id: string, origin: string) => ({
    client_id: id,
    client_secret: clientSecret,
    redirect_uris: [`${origin}/auth/callback`],
    post_logout_redirect_uris: [`${origin}/goodbye`],
    backchannel_logout_uri: `${origin}/auth/backchannel-logout`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  })
  peer = await startPeer([
    client('shop', one.origin),
    { ...client('desk', other.origin), token_endpoint_auth_method: 'client_secret_post' },
    {
      ...client('bank', third.origin),
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own' }] },
      id_token_signed_response_alg: 'ES256',
    },
    {
      ...client('kiosk', fourth.origin),
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'EdDSA',
    },
  ])
  const common = { issuer: peer.issuer, clientSecret, scope: 'openid offline_access read' }
  shop = serveSite(one, { ...common, resource: apiAudience, revocation })
  desk = serveSite(other, {
    ...common,
    clientId: 'desk',
    tokenEndpointAuthMethod: 'client_secret_post',
    store: memorySiteSessions(),
  })
  const { clientSecret: cookieSecret, ...open } = common
  const pem = own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const key = privateKey(pem, 'ES256', { kid: 'own' })
  const store = memorySiteSessions()
  bank = serveSite(third, { ...open, cookieSecret, privateKey: key, clientId: 'bank', store })
  kiosk = serveSite(fourth, { ...open, cookieSecret, clientId: 'kiosk', store })
})

afterEach(() => {
  ended = []
})

afterAll(() => Promise.all([shop, desk, bank, kiosk, peer].map((each) => each.close())))

/** A browser that has logged in at the shop. */
async function customer(): Promise<Browser> {
  const browser = new Browser()
  const page = await logInAt(browser, await browser.open(`${shop.origin}/account`))
  expect(page.text).toBe('hello ada at /account')
  return browser
}

describe('a relying party with cookies, at oidc-provider', () => {
  test('a visitor of a page logs in at the provider, and comes back to that page with Lax and Strict cookies', async () => {
    const browser = new Browser()
    const login = await browser.open(`${shop.origin}/account?page=2`)
    expect(login.text).toContain('login page for shop')
    const page = await logInAt(browser, login)
    expect(page.text).toBe('hello ada at /account?page=2')
    const jar = browser.cookies(shop.origin)
    expect([...jar].map(([name, { sameSite }]) => [name, sameSite]).sort()).toEqual([
      ['__Host-access', 'Lax'],
      ['__Host-login', 'Strict'],
      ['__Host-refresh', 'Strict'],
    ])
  })

  test('every answer of the routes forbids storing and referrers, and redirects by 303', async () => {
    const browser = new Browser()
    await browser.open(`${shop.origin}/account`, {}, (next) => next.startsWith(peer.issuer))
    const page = await browser.step(`${shop.origin}/auth/login?returnTo=/account`)
    const { headers, status } = page
    expect([status, headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
      303,
      'no-store',
      'no-referrer',
    ])
  })

  test('who is logged in at the provider is known at the other site without a page', async () => {
    const browser = await customer()
    const page = await browser.open(`${desk.origin}/auth/login?returnTo=/me`)
    expect(page.text).toBe('hello ada')
  })

  test('a visitor without an access token is continued by a refresh, and the provider shows nothing', async () => {
    const browser = await customer()
    browser.cookies(shop.origin).delete('__Host-access')
    const page = await browser.open(`${shop.origin}/account?again=1`)
    expect([page.text, browser.trail.some((each) => each.startsWith(peer.issuer))]).toEqual([
      'hello ada at /account?again=1',
      false,
    ])
  })

  test('a page refreshes by POST, and gets times but no token', async () => {
    const browser = await customer()
    const before = browser.cookies(shop.origin).get('__Host-refresh')?.value
    const page = await browser.step(`${shop.origin}/auth/refresh`, { form: {} })
    expect([page.status, Object.keys(JSON.parse(page.text) as object).sort()]).toEqual([
      200,
      ['accessExpire', 'expiresIn', 'refreshAfter'],
    ])
    expect(browser.cookies(shop.origin).get('__Host-refresh')?.value).not.toBe(before)
  })

  test('tabs that refresh at once share one refresh, so that the provider sees no theft', async () => {
    const browser = await customer()
    const before = peer.tokenRequests()
    const tabs = [browser.copy(), browser.copy(), browser.copy()]
    const answers = await Promise.all(
      tabs.map((tab) => tab.step(`${shop.origin}/auth/refresh`, { form: {} })),
    )
    // One whose request was on its way when the others got their answer.
    const late = await browser.copy().step(`${shop.origin}/auth/refresh`, { form: {} })
    expect([...answers, late].map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(peer.tokenRequests() - before).toBe(1)
  })

  test('a refresh that the provider refuses ends as REFRESH_ENDED, and clears no cookie of another tab', async () => {
    const browser = await customer()
    const stolen = browser.cookies(shop.origin).get('__Host-refresh')?.value ?? ''
    browser.cookies(shop.origin).set('__Host-refresh', { value: `${stolen}x`, sameSite: 'Strict' })
    const page = await browser.step(`${shop.origin}/auth/refresh`, { form: {} })
    expect([page.status, page.headers.getSetCookie()]).toEqual([401, []])
    expect(shop.events.at(-1)).toMatchObject({ code: 'REFRESH_ENDED', detail: 'invalid_grant' })
  })

  test('a foreign page can neither refresh nor log out', async () => {
    const browser = await customer()
    for (const route of ['refresh', 'logout']) {
      const page = await browser.step(`${shop.origin}/auth/${route}`, {
        form: {},
        headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      })
      expect([page.status, shop.events.at(-1)?.code]).toEqual([403, 'ORIGIN_REFUSED'])
    }
  })

  test('a page that needs a login of the last minute gets one by max_age, and the browser comes back to it', async () => {
    const browser = new Browser()
    const first = await browser.open(`${shop.origin}/account`)
    expect((await logInAt(browser, first, { ago: '1000' })).text).toBe('hello ada at /account')
    const again = await browser.open(`${shop.origin}/payment`)
    expect(again.text).toContain('login page for shop')
    expect(browser.trail.some((each) => each.includes('max_age=60'))).toBe(true)
    expect((await logInAt(browser, again)).text).toBe('recent')
  })

  test('a login asked for by max_age=0 asks for the password again, and comes back to its page', async () => {
    const browser = await customer()
    const login = await browser.open(`${shop.origin}/auth/login?returnTo=/account&max_age=0`)
    expect(login.text).toContain('login page')
    expect((await logInAt(browser, login)).text).toBe('hello ada at /account')
  })

  test('a login of a stronger kind is taken when the provider says so, and refused when it does not', async () => {
    const browser = await customer()
    const address = `${shop.origin}/auth/login?returnTo=/account&acr_values=gold&prompt=login`
    const good = await logInAt(browser, await browser.open(address), { acr: 'gold' })
    expect(good.text).toBe('hello ada at /account')
    const weak = await logInAt(browser, await browser.open(address))
    expect([weak.status, shop.events.at(-1)]).toEqual([
      400,
      { route: 'callback', status: 400, code: 'LOGIN_TOKEN', claim: 'acr' },
    ])
  })

  test('a login with prompt=none comes back as it went when there is no login at the provider', async () => {
    const browser = new Browser()
    const page = await browser.open(`${shop.origin}/auth/login?returnTo=/open&prompt=none`)
    expect([page.text, [...browser.cookies(shop.origin).keys()]]).toEqual(['open', []])
  })

  test('a login that its user cancels is LOGIN_REFUSED, on a page without a script', async () => {
    const browser = new Browser()
    const login = await browser.open(`${shop.origin}/account`)
    const page = await logInAt(browser, login, { name: 'cancel' })
    expect([page.status, shop.events.at(-1)]).toEqual([
      400,
      { route: 'callback', status: 400, code: 'LOGIN_REFUSED', detail: 'access_denied' },
    ])
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.text).toContain('LOGIN_REFUSED')
  })

  test('a logout ends here, leads to the provider with the ID token, and comes back', async () => {
    const browser = await customer()
    const page = await browser.step(`${shop.origin}/auth/logout`, { form: {} })
    const address = new URL(page.headers.get('location') ?? '')
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: 'shop',
      id_token_hint: expect.stringMatching(/^ey/) as unknown,
      post_logout_redirect_uri: `${shop.origin}/goodbye`,
      state: expect.any(String) as unknown,
    })
    expect([...browser.cookies(shop.origin).keys()]).toEqual([])
    expect(ended).toEqual([{ sid: expect.any(String) as unknown }])
    const asked = await browser.open(address.href)
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(asked.text) ?? []
    const back = await browser.open(`${peer.issuer}/session/end/confirm`, {
      form: { xsrf, logout: 'yes' },
    })
    expect(back.text).toBe('open')
  })

  test('a script that logs out gets the address to go to, because it cannot follow a redirect there', async () => {
    const browser = await customer()
    const page = await browser.step(`${shop.origin}/auth/logout`, {
      form: {},
      headers: { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    })
    expect([page.status, JSON.parse(page.text)]).toEqual([
      200,
      { redirectTo: expect.stringContaining(`${peer.issuer}/session/end?`) as unknown },
    ])
  })
})

describe('a relying party with a store, at oidc-provider', () => {
  test('the browser has one cookie with an id, and the site reads the session', async () => {
    const browser = new Browser()
    const login = await browser.open(`${desk.origin}/auth/login?returnTo=/me`)
    expect((await logInAt(browser, login)).text).toBe('hello ada')
    const jar = [...browser.cookies(desk.origin)]
    expect(jar.map(([name, { sameSite }]) => [name, sameSite])).toEqual([['__Host-site', 'Lax']])
    const renewed = await browser.step(`${desk.origin}/auth/refresh`, { form: {} })
    expect([renewed.status, renewed.headers.getSetCookie()]).toEqual([200, []])
  })

  test('a logout at one site ends the other by back-channel logout, and neither has a session then', async () => {
    const browser = await customer()
    expect((await browser.open(`${desk.origin}/auth/login?returnTo=/me`)).text).toBe('hello ada')
    const asked = await browser.open(`${shop.origin}/auth/logout`, { form: {} })
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(asked.text) ?? []
    await browser.open(`${peer.issuer}/session/end/confirm`, { form: { xsrf, logout: 'yes' } })
    expect((await browser.open(`${desk.origin}/me`)).text).toBe('nobody')
    expect(desk.events.at(-1)).toEqual({ route: 'backchannelLogout', status: 200 })
    expect(ended.length).toBeGreaterThan(0)
  })

  test('a session in the store ends with a logout at its own site', async () => {
    const browser = new Browser()
    await logInAt(browser, await browser.open(`${desk.origin}/auth/login?returnTo=/me`))
    const before = browser.copy()
    await browser.step(`${desk.origin}/auth/logout`, { form: {} })
    expect((await before.open(`${desk.origin}/me`)).text).toBe('nobody')
  })

  test('clients with a key of their own and without any secret log in and refresh, with ES256 and EdDSA', async () => {
    for (const site of [bank, kiosk]) {
      const browser = new Browser()
      const login = await browser.open(`${site.origin}/auth/login?returnTo=/me`)
      expect((await logInAt(browser, login)).text).toBe('hello ada')
      const renewed = await browser.step(`${site.origin}/auth/refresh`, { form: {} })
      expect([renewed.status, site.events.at(-1)]).toEqual([200, { route: 'refresh', status: 200 }])
    }
  })
})
