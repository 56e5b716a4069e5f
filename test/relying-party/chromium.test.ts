import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { memorySiteSessions } from '../../src/relying-party/index.js'
import { startBrowser } from '../setup/browser.js'
import { apiAudience, startPeer, type Peer } from './peer.js'
import { clientSecret, reserve, serveSite, type Site } from './site.js'

// Three sites as a browser sees them: accounts.localhost, shop.localhost and desk.localhost.
let browser: Browser
let peer: Peer
let shop: Site
let desk: Site
let context: BrowserContext
let page: Page

beforeAll(async () => {
  browser = await startBrowser()
  const sites = [await reserve('shop.localhost'), await reserve('desk.localhost')] as const
  const [one, other] = sites
  const client = (id: string, origin: string) => ({
    client_id: id,
    client_secret: clientSecret,
    redirect_uris: [`${origin}/auth/callback`],
    post_logout_redirect_uris: [`${origin}/goodbye`],
    backchannel_logout_uri: `http://127.0.0.1:${new URL(origin).port}/auth/backchannel-logout`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  })
  const clients = [client('shop', one.origin), client('desk', other.origin)]
  peer = await startPeer(clients, { host: 'accounts.localhost' })
  const { issuer, address: serverAddress } = peer
  const common = { issuer, serverAddress, clientSecret, scope: 'openid offline_access read' }
  shop = serveSite(one, { ...common, resource: apiAudience })
  desk = serveSite(other, { ...common, clientId: 'desk', store: memorySiteSessions() })
})
afterAll(() => Promise.all([browser, shop, desk, peer].map((each) => each.close())))
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

/** Logs in on the provider's page that a tab shows. */
async function logIn(tab: Page): Promise<void> {
  await tab.fill('input[name=name]', 'ada')
  await tab.click('button')
}

const textOf = (tab: Page) => tab.textContent('body')

describe('two sites in Chromium', () => {
  test('the page after a login is there at once, and after a reload, without another way round', async () => {
    await page.goto(`${shop.origin}/account?page=2`)
    expect(new URL(page.url()).hostname).toBe('accounts.localhost')
    await logIn(page)
    await page.waitForURL(`${shop.origin}/account?page=2`)
    expect(await textOf(page)).toBe('hello ada at /account?page=2')
    const asked = peer.tokenRequests()
    await page.reload()
    expect(await textOf(page)).toBe('hello ada at /account?page=2')
    expect(peer.tokenRequests()).toBe(asked)
  })

  test('who has logged in at one site is known at the other, without a page of the provider', async () => {
    await page.goto(`${shop.origin}/account`)
    await logIn(page)
    await page.waitForURL(`${shop.origin}/account`)
    await page.goto(`${desk.origin}/auth/login?returnTo=/me`)
    expect([page.url(), await textOf(page)]).toEqual([`${desk.origin}/me`, 'hello ada'])
  })

  test('logins in two tabs at once end in each tab at its own page', async () => {
    const second = await context.newPage()
    await page.goto(`${shop.origin}/account?tab=1`)
    await second.goto(`${shop.origin}/account?tab=2`)
    await logIn(page)
    await page.waitForURL(`${shop.origin}/account?tab=1`)
    await logIn(second)
    await second.waitForURL(`${shop.origin}/account?tab=2`)
    expect(await textOf(second)).toBe('hello ada at /account?tab=2')
    const cookies = await context.cookies(shop.origin)
    expect(cookies.map(({ name }) => name).sort()).toEqual([
      '__Host-access',
      '__Host-login',
      '__Host-refresh',
    ])
  })

  test('a callback that is opened again goes on with the session, and without one it says so', async () => {
    const callbacks: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/auth/callback')) callbacks.push(request.url())
    })
    await page.goto(`${shop.origin}/account`)
    await logIn(page)
    await page.waitForURL(`${shop.origin}/account`)
    await page.goto(callbacks[0] ?? '')
    expect(page.url()).toBe(`${shop.origin}/`)
    await context.clearCookies()
    await page.goto(callbacks[0] ?? '')
    expect(await textOf(page)).toContain('LOGIN_STATE')
  })

  test('a session whose access token is gone goes on by a link of the site, without the provider', async () => {
    await page.goto(`${shop.origin}/account`)
    await logIn(page)
    await page.waitForURL(`${shop.origin}/account`)
    await context.clearCookies({ name: '__Host-access' })
    const visited: string[] = []
    page.on('request', (request) => visited.push(new URL(request.url()).hostname))
    await page.evaluate("location.href = '/account?later=1'")
    await page.waitForURL(`${shop.origin}/account?later=1`)
    expect([...new Set(visited)]).toEqual(['shop.localhost'])
  })

  test('a logout by a form ends the session here, asks at the provider, and ends the other site too', async () => {
    await page.goto(`${shop.origin}/account`)
    await logIn(page)
    await page.waitForURL(`${shop.origin}/account`)
    const other = await context.newPage()
    await other.goto(`${desk.origin}/auth/login?returnTo=/me`)
    expect(await textOf(other)).toBe('hello ada')
    await page.evaluate(`
      document.body.innerHTML = '<form method="post" action="/auth/logout"></form>'
      document.forms[0].submit()
    `)
    await page.waitForURL(`${peer.issuer}/session/end?**`)
    expect(await context.cookies(shop.origin)).toEqual([])
    await page.evaluate(`
      const field = Object.assign(document.createElement('input'), { name: 'logout', value: 'yes' })
      document.forms[0].append(field)
      document.forms[0].submit()
    `)
    await page.waitForURL(`${shop.origin}/goodbye?**`)
    await other.reload()
    expect(await textOf(other)).toBe('nobody')
    await page.goto(`${shop.origin}/account`)
    expect(await textOf(page)).toContain('login page for shop')
  })

  test('a link that a browser prefetches begins no login, and leaves no cookie', async () => {
    await page.goto(`${shop.origin}/open`)
    const answered = page.waitForResponse(`${shop.origin}/auth/login`)
    await page.evaluate(`
      document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href: '/auth/login' }))
    `)
    expect((await answered).status()).toBe(400)
    expect(await context.cookies(shop.origin)).toEqual([])
  })

  test('a page of another site can end no session with a form', async () => {
    await page.goto(`${shop.origin}/account`)
    await logIn(page)
    await page.waitForURL(`${shop.origin}/account`)
    await page.goto(`${desk.origin}/open`)
    await page.evaluate(`
      document.body.innerHTML = '<form method="post" action="${shop.origin}/auth/logout"></form>'
      document.forms[0].submit()
    `)
    await page.waitForURL(`${shop.origin}/auth/logout`)
    expect(await textOf(page)).toContain('ORIGIN_REFUSED')
    await page.goto(`${shop.origin}/account`)
    expect(await textOf(page)).toBe('hello ada at /account')
  })
})
