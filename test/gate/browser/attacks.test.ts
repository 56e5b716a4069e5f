import { rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../../setup/browser.js'
import { startAttacker, type Attacker } from './attacker.js'
import { buildProgram, startShop, type Program, type Shop } from './shop.js'

/** Where the attacker's page is: only from another site SameSite keeps the cookies back. */
const places = ['foreign', 'sibling', 'otherPort'] as const
type Place = (typeof places)[number]

let browser: Browser
let program: Program
let shop: Shop
let attacker: Attacker
let context: BrowserContext
/** The shop's own page, and the attacker's, in one browser. */
let victim: Page
let evil: Readonly<Record<Place, Page>>

beforeAll(async () => {
  ;[program, browser] = await Promise.all([buildProgram(), startBrowser()])
  ;[shop, attacker] = await Promise.all([startShop(program), startAttacker()])
  context = await browser.newContext()
  const open = async (url: string) => {
    const page = await context.newPage()
    await page.goto(url)
    return page
  }
  victim = await open(shop.origin)
  const [foreign, sibling, otherPort] = [
    await open(attacker.foreign),
    await open(attacker.sibling),
    await open(attacker.otherPort),
  ]
  evil = { foreign, sibling, otherPort }
})
afterAll(async () => {
  await browser.close()
  await Promise.all([shop.close(), attacker.close()])
  rmSync(program.folder, { recursive: true, force: true })
})
beforeEach(async () => {
  attacker.cookies = []
  await context.clearCookies()
  await victim.waitForFunction('typeof login === "function"')
  await victim.evaluate('login("alice", "secret")')
  shop.seen.refreshes = 0
  for (const list of [shop.seen.changes, shop.seen.pictures, shop.seen.answers]) list.length = 0
})

describe('the shop’s own page', () => {
  test('an own page reads, writes and posts forms, also without a referrer', async () => {
    expect(await me()).toBe('alice')
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
      await victim.evaluate(`call("/change", { method: "${method}" }).then((r) => r.text())`)
    for (const path of ['/', '/no-referrer']) {
      await victim.goto(shop.origin + path)
      await victim.click('button')
      await victim.waitForURL(/change$/)
    }
    expect(shop.seen.changes).toEqual(Array(6).fill('alice'))
    await victim.goto(shop.origin)
  })

  test('an own page never sees a token, neither in its cookies nor in an answer', async () => {
    expect(await victim.evaluate('document.cookie')).toBe('')
    const init = `{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"alice"}' }`
    const shown = String(
      await victim.evaluate(
        `fetch('/login', ${init}).then(async (r) => [await r.text(), ...r.headers].join())`,
      ),
    )
    const kept = await jar()
    expect(Object.keys(kept)).toEqual(['__Host-access', '__Host-refresh'])
    for (const token of Object.values(kept)) expect(shown).not.toContain(token)
    expect(shown).toMatch(/refreshAfter.*no-store/s)
    for (const { httpOnly, secure, sameSite, domain, path } of await context.cookies())
      expect([httpOnly, secure, sameSite, domain, path].join(' ')).toBe(
        'true true Strict app.shop.localhost /',
      )
  })
})

describe.each(places)('from %s', (place) => {
  /** Another site's requests come without the cookies; a neighbour's bring them and are refused. */
  const status = place === 'foreign' ? '401' : '403'

  test('a form posted by a foreign page changes nothing', async () => {
    const page = evil[place]
    await page.setContent(form(`${shop.origin}/change`))
    await page.click('button')
    await page.waitForURL(`${shop.origin}/change`)
    await sees(`POST /change ${status}`)
    expect(shop.seen.changes).toEqual([])
    await page.goto(attacker[place])
  })

  test('a fetch with credentials from a foreign page changes nothing, whatever headers it sets', async () => {
    const change = `${shop.origin}/change`
    await evil[place].evaluate(post(change, 'no-cors'))
    await evil[place].evaluate(post(change, 'cors'))
    // These fields are the browser's own: scripts cannot set them.
    const claim = `headers: { 'Sec-Fetch-Site': 'same-origin', Origin: '${shop.origin}' }`
    await evil[place].evaluate(post(change, 'no-cors', claim))
    // A method that has to be asked for is not sent without an answer.
    await evil[place].evaluate(post(change, 'cors', "method: 'DELETE'"))
    await sees(`POST /change ${status}`, 3)
    expect(shop.seen.answers.filter((line) => line.startsWith('DELETE'))).toEqual([])
    expect(shop.seen.changes).toEqual([])
  })

  test('a login, refresh or logout sent by a foreign page changes no cookie', async () => {
    const before = await jar()
    const paths = ['/login', '/refresh', '/logout']
    const text = `headers: { 'content-type': 'text/plain' }, body: '{"name":"mallory"}'`
    for (const path of paths) await evil[place].evaluate(post(shop.origin + path, 'no-cors', text))
    await evil[place].setContent(
      paths.map((path) => `<iframe name="${path}"></iframe>${form(shop.origin + path, path)}`).join(''),
    ) // prettier-ignore
    await evil[place].evaluate('for (const each of document.forms) each.requestSubmit()')
    for (const path of paths) await sees(`POST ${path} 403`, 2)
    expect(await jar()).toEqual(before)
    expect(await me()).toBe('alice')
    expect(shop.seen.refreshes).toBe(0)
  })

  test('images, scripts, styles and frames of a foreign page get nothing in the user’s name', async () => {
    const picture = `${shop.origin}/picture`
    await evil[place].setContent(
      [`<img src="${picture}?1">`, `<script src="${picture}?2"></script>`, `<iframe src="${picture}?3"></iframe>`, `<object data="${picture}?4"></object>`, `<link rel="stylesheet" href="${picture}?5">`].join(''), // prettier-ignore
    )
    for (let count = 1; count <= 5; count++) await sees(`GET /picture?${String(count)} ${status}`)
    expect(shop.seen.pictures).toEqual([])
  })

  test('a sandboxed frame, whose origin is null, changes nothing', async () => {
    const inside = `${form(`${shop.origin}/change`)}<script>
      fetch('${shop.origin}/change', { method: 'POST', mode: 'no-cors', credentials: 'include' })
      document.querySelector('form').requestSubmit()</script>`
    const escaped = inside.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    await evil[place].setContent(
      `<iframe sandbox="allow-scripts allow-forms" srcdoc="${escaped}"></iframe>`,
    )
    await seesRefused('POST /change', 2)
    expect(shop.seen.changes).toEqual([])
  })

  test('a cross-site redirect that keeps the method changes nothing, even for a request of an own page', async () => {
    attacker.bounceTo = `${shop.origin}/change`
    await evil[place].evaluate(post(`${attacker[place]}/bounce`, 'no-cors'))
    await victim.evaluate(post(`${attacker[place]}/bounce`, 'no-cors'))
    await seesRefused('POST /change', 2)
    expect(shop.seen.changes).toEqual([])
  })

  test('a link is a visit: SameSite decides whether it has a session', async () => {
    const picture = `/picture?link=${place}`
    await evil[place].evaluate(`location.href = '${shop.origin}${picture}'`)
    await sees(`GET ${picture} ${place === 'foreign' ? '401' : '200'}`)
    await evil[place].waitForURL(shop.origin + picture)
    await evil[place].goto(attacker[place])
  })
})

describe('cookies of others', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA'
  const both = 'Domain=shop.localhost; Path=/'

  test.each([
    ['for both hosts', 'browser', `__Host-access=${token}; ${both}; Secure`],
    ['for a path', 'browser', `__Host-access=${token}; Domain=shop.localhost; Path=/me; Secure`],
    ['in another case', 'browser', `__HOST-access=${token}; ${both}`],
    ['without a name', 'browser', `=__Host-access=${token}; ${both}`],
    ['after a blank', 'browser', `  __Host-access=${token}; ${both}`],
    ['after a space of another kind', 'server', `\u00a0__Host-access=${token}; ${both}`],
    ['in quotes', 'server', `"__Host-access"=${token}; ${both}`],
    ['of the plain name', 'server', `access=${token}; ${both}`],
    ['of the other prefix', 'server', `__Secure-access=${token}; ${both}; Secure`],
  ])(
    'a cookie that a sibling host plants as %s is ignored (kept out by the %s), with or without a session',
    async (_, keptBy, cookie) => {
      attacker.cookies = [cookie]
      await evil.sibling.evaluate('fetch("/").then((r) => r.text())')
      const planted = (await context.cookies()).filter(({ domain }) => domain === '.shop.localhost')
      expect(planted).toHaveLength(keptBy === 'browser' ? 0 : 1)
      expect(await me()).toBe('alice')
      for (const name of ['__Host-access', '__Host-refresh'])
        await context.clearCookies({ name, domain: 'app.shop.localhost' })
      // Not as a bad token, which a planted one would be, but as none.
      const answer = victim.evaluate('fetch("/me").then((r) => r.json())')
      expect(await answer).toMatchObject({ reason: 'token_missing' })
    },
  )

  test('another port of the host can plant a cookie, but its value is not a valid token', async () => {
    attacker.cookies = [`__Host-access=${token}; Path=/; Secure`]
    await evil.otherPort.evaluate('fetch("/").then((r) => r.text())')
    expect((await jar())['__Host-access']).toBe(token)
    // The page's own client gets itself another, by the refresh cookie.
    expect(await me()).toBe('alice')
    expect((await jar())['__Host-access']).not.toBe(token)
  })

  test('a token in the query, in a custom header or in another cookie is ignored', async () => {
    const { '__Host-access': access = '', '__Host-refresh': refresh = '' } = await jar()
    await context.clearCookies()
    await victim.evaluate(`document.cookie = 'access=${access}; Path=/'`)
    for (const query of ['__Host-access', 'access', 'access_token', 'token'])
      expect(await statusOf(`/me?${query}=${access}`)).toBe(401)
    expect(await statusOf('/me', `headers: { token: '${access}' }`)).toBe(401)
    expect(await statusOf(`/refresh?__Host-refresh=${refresh}`, "method: 'POST'")).toBe(401)
  })

  test('two cookies of one name are refused, in one field or two, at the gate and at the refresh', async () => {
    const { '__Host-access': access = '', '__Host-refresh': refresh = '' } = await jar()
    const cookie = `__Host-access=${access}`
    expect(await raw('GET', '/me', ['Cookie', cookie])).toBe(200)
    expect(await raw('GET', '/me', ['Cookie', `${cookie}; ${cookie}`])).toBe(400)
    expect(await raw('GET', '/me', ['Cookie', cookie, 'Cookie', cookie])).toBe(400)
    const own = ['Sec-Fetch-Site', 'same-origin', 'Cookie']
    const other = `__Host-refresh=${refresh}`
    expect(await raw('POST', '/refresh', [...own, `${other}; ${other}`])).toBe(400)
    expect(shop.seen.refreshes).toBe(0)
    expect(await raw('POST', '/refresh', [...own, other])).toBe(200)
  })

  test('a request without any origin information is refused, whatever its Host', async () => {
    const { '__Host-access': access = '', '__Host-refresh': refresh = '' } = await jar()
    const cookie = ['Cookie', `__Host-access=${access}`]
    for (const route of ['/login', '/refresh', '/logout', '/logout-all', '/sessions/end-others'])
      expect(await raw('POST', route, ['Cookie', `__Host-refresh=${refresh}`, ...cookie])).toBe(403)
    // No browser: it is not asked, gets tokens alone, and here sent no body.
    expect(await raw('POST', '/login', [])).toBe(400)
    expect(await raw('POST', '/change', cookie)).toBe(403)
    const evilHost = ['Host', 'evil.example', 'Origin', 'http://evil.example', ...cookie]
    expect(await raw('POST', '/change', evilHost)).toBe(403)
    expect(await raw('POST', '/change', ['Origin', shop.origin, ...cookie])).toBe(200)
    expect(await raw('POST', '/change', ['Authorization', `Bearer ${access}`])).toBe(200)
    expect(shop.seen.changes).toEqual(['alice', 'alice'])
  })

  test('a browser drops a cookie that is too long, so such a cookie is never written', async () => {
    const named = (bytes: number) => `__Host-x=${'x'.repeat(bytes - '__Host-x'.length)}`
    for (const bytes of [4096, 4097]) {
      attacker.cookies = [`${named(bytes)}; Path=/; Secure`]
      await evil.otherPort.evaluate('fetch("/").then((r) => r.text())')
      expect((await jar())['__Host-x'] !== undefined).toBe(bytes === 4096)
      await context.clearCookies()
    }
  })
})

function me(): Promise<unknown> {
  return victim.evaluate('call("/me").then((r) => r.json())')
}

function form(action: string, target = '_self'): string {
  return `<form method="post" action="${action}" target="${target}"><button>go</button></form>`
}

function post(url: string, mode: string, more = ''): string {
  return `fetch('${url}', { method: 'POST', mode: '${mode}', credentials: 'include', ${more} }).then((r) => r.status, () => 0)`
}

function statusOf(path: string, init = ''): Promise<unknown> {
  return victim.evaluate(`fetch('${path}', { ${init} }).then((r) => r.status)`)
}

async function jar(): Promise<Record<string, string>> {
  const all = await context.cookies(shop.origin)
  const own = all.filter(({ domain }) => domain === 'app.shop.localhost')
  return Object.fromEntries(own.map(({ name, value }) => [name, value]))
}

function sees(line: string, times = 1): Promise<void> {
  const seen = () => shop.seen.answers.filter((each) => each === line).length
  return expect.poll(seen, { timeout: 10_000, message: line }).toBe(times)
}

function seesRefused(line: string, times: number): Promise<void> {
  const refused = [401, 403].map((code) => `${line} ${String(code)}`)
  const seen = () => shop.seen.answers.filter((each) => refused.includes(each)).length
  return expect.poll(seen, { timeout: 10_000, message: line }).toBe(times)
}

/** What no browser would send. `fields` alternates names and values. */
function raw(method: string, path: string, fields: readonly string[]): Promise<number | undefined> {
  const host = fields.includes('Host') ? [] : ['Host', new URL(shop.origin).host]
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: shop.port, method, path, agent: false }
    const request = httpRequest({ ...options, headers: [...host, ...fields] }, (response) => {
      response.resume().once('end', () => {
        resolve(response.statusCode)
      })
    })
    request.once('error', reject).end()
  })
}
