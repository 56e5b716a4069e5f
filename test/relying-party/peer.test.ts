import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memorySiteSessions } from '../../src/relying-party/index.js'
import { Browser } from './browser.js'
import { apiAudience, logInAt, startPeer, type Peer } from './peer.js'
import { clientSecret, reserve, serveSite, type Site } from './site.js'

let peer: Peer
let shop: Site
let desk: Site

beforeAll(async () => {
  const [one, other] = [await reserve(), await reserve()]
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
  peer = await startPeer([client('shop', one.origin), client('desk', other.origin)])
  const common = { issuer: peer.issuer, clientSecret, scope: 'openid offline_access read' }
  shop = serveSite(one, { ...common, resource: apiAudience })
  desk = serveSite(other, { ...common, clientId: 'desk', store: memorySiteSessions() })
})

afterAll(() => Promise.all([shop, desk, peer].map((each) => each.close())))

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
})
