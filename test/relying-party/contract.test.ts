import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGate } from '../../src/gate/index.js'
import { staticKeys } from '../../src/key-sources/index.js'
import { publicKey } from '../../src/key/index.js'
import { createRelyingParty, type RelyingParty } from '../../src/relying-party/index.js'
import { createVerifier } from '../../src/token/index.js'
import { type Server } from '../adapters/site.js'
import { starts } from './apps.js'
import { Browser } from './browser.js'
import { publishedPem, startLiar, type Liar } from './liar.js'
import { secret } from './visitor.js'

// One suite for the routes of every adapter, over real HTTP.
describe.each(Object.entries(starts))('a relying party on %s', (_name, start) => {
  let liar: Liar
  let server: Server
  let ended: unknown[] = []

  beforeAll(async () => {
    liar = await startLiar()
    const party: RelyingParty = createRelyingParty({
      issuer: liar.issuer,
      clientId: 'shop',
      clientSecret: secret,
      // The browser of these tests goes to the port, whatever the host's name.
      redirectUri: 'http://shop.localhost/auth/callback',
      revocation: { revoke: (request) => (ended = [...ended, request]) },
    })
    const verify = createVerifier({
      keys: staticKeys([publicKey(publishedPem, 'RS256', { kid: 'one' })]),
      ...({ algorithms: ['RS256'], issuer: liar.issuer, audience: 'api' } as const),
    })
    server = await start(party, createGate({ verify, extract: party.extract }))
  })
  afterAll(() => Promise.all([server.close(), liar.close()]))

  /** Begins a login at a page; the provider's tokens are honest. */
  async function logIn(browser: Browser): Promise<Awaited<ReturnType<Browser['step']>>> {
    const begun = await browser.open(`${server.base}/auth/login?returnTo=/page%3Fa%3D1`, {}, isAway)
    const asked = new URL(begun.headers.get('location') ?? '').searchParams
    liar.nonce = asked.get('nonce') ?? ''
    const iat = Math.floor(Date.now() / 1000)
    const access = { iss: liar.issuer, sub: 'ada', aud: 'api', iat, exp: iat + 900 }
    liar.lies = { answer: { access_token: liar.signed(access, { typ: 'at+jwt' }) } }
    const state = asked.get('state') ?? ''
    const answer = new URLSearchParams({ code: 'c', state, iss: liar.issuer })
    return browser.step(`${server.base}/auth/callback?${answer.toString()}`, { foreign: true })
  }
  const isAway = (address: string) => address.startsWith(liar.issuer)

  test('a visitor of a page is sent to the login with the page, and a script gets 401', async () => {
    const page = await new Browser().step(`${server.base}/page?a=1`)
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/auth/login?returnTo=%2Fpage%3Fa%3D1',
    ])
    const headers = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', accept: '*/*' }
    const called = await new Browser().step(`${server.base}/page`, { headers })
    expect([called.status, called.headers.get('location')]).toEqual([401, null])
  })

  test('a login sets one cookie, a callback three, and the page is open then', async () => {
    const browser = new Browser()
    const page = await logIn(browser)
    expect([page.status, page.headers.get('location'), page.headers.get('cache-control')]).toEqual([
      303,
      '/page?a=1',
      'no-store',
    ])
    expect(page.headers.getSetCookie().map((field) => field.split('=')[0])).toEqual([
      '__Host-access',
      '__Host-refresh',
      '__Host-login',
      expect.stringMatching(/^__Host-login\./),
    ])
    expect((await browser.open(`${server.base}/page?a=1`, { foreign: true })).text).toBe('inside')
  })

  test('a page refreshes and logs out by POST', async () => {
    const browser = new Browser()
    await logIn(browser)
    const renewed = await browser.step(`${server.base}/auth/refresh`, { form: {} })
    expect([renewed.status, JSON.parse(renewed.text)]).toEqual([
      200,
      expect.objectContaining({ expiresIn: 900 }),
    ])
    const out = await browser.step(`${server.base}/auth/logout`, { form: {} })
    expect([out.status, isAway(out.headers.get('location') ?? '')]).toEqual([303, true])
    expect([...browser.cookies(server.base).keys()]).toEqual([])
  })

  test('a wrong answer is a short page with the code of the refusal', async () => {
    const page = await new Browser().step(`${server.base}/auth/callback?code=c&state=s`)
    expect([page.status, page.headers.get('content-type')?.split(';')[0]]).toEqual([
      400,
      'text/html',
    ])
    expect(page.text).toContain('LOGIN_STATE')
  })

  test('a logout token by a form ends a session, with the body that this framework reads', async () => {
    ended = []
    const iat = Math.floor(Date.now() / 1000)
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const about = { iss: liar.issuer, aud: 'shop', iat, exp: iat + 60, sid: 's', events }
    const token = liar.signed({ ...about, jti: `${server.base}-1` }, { typ: 'logout+jwt' })
    const form = { logout_token: token }
    const page = await new Browser().step(`${server.base}/auth/backchannel-logout`, { form })
    expect([page.status, ended]).toEqual([200, [{ sid: 's' }]])
  })

  test('a logout by GET is no route, and changes nothing', async () => {
    const browser = new Browser()
    await logIn(browser)
    const page = await browser.step(`${server.base}/auth/logout`)
    expect([
      page.headers.getSetCookie(),
      browser.cookies(server.base).has('__Host-access'),
    ]).toEqual([[], true])
  })
})
