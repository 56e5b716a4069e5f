import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '../../setup/browser.js'
import { bundle } from './bundle.js'
import { startBrowserSite, type BrowserSite } from './site.js'

let browser: Browser
let code: string
let site: BrowserSite
let context: BrowserContext
/** A page of the same origin, with a hostile script on the tabs' channel. */
let hostile: Page

beforeAll(async () => {
  code = (await bundle(fileURLToPath(new URL('page.ts', import.meta.url)))).code
  browser = await startBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  site = await startBrowserSite(code)
  context = await browser.newContext()
  hostile = await open()
  await hostile.evaluate(`
    globalThis.heard = []
    globalThis.channel = new BroadcastChannel('jotgate:shop')
    channel.onmessage = ({ data }) => heard.push(data)
  `)
})
afterEach(async () => {
  await context.close()
  await site.close()
})

/** Three tabs of one user; the first has logged in. */
async function openTabs(setup: object = {}): Promise<[Page, Page, Page]> {
  const tabs: [Page, Page, Page] = [await open(), await open(), await open()]
  for (const page of tabs) await start(page, setup)
  const [first, ...others] = tabs
  await run(first, 'login', `${'cookies' in setup ? site.page : site.api}/login`)
  for (const page of others) await expect.poll(() => events(page)).toEqual(['adopted'])
  return tabs
}

/**
 * Their access tokens run out, and all call at once: every call is answered, and there is one next refresh token at most.
 *
 * @returns how many refreshes were made
 */
async function callAtOnce(
  tabs: readonly Page[],
  { url = `${site.api}/orders`, callers = tabs } = {},
): Promise<number> {
  const before = site.watched.refreshes
  const known = new Set(site.watched.refreshTokens).size
  for (const page of tabs) await run(page, 'skip', 1000)
  const answers = await Promise.all(callers.map((page) => run(page, 'calls', url, 5)))
  const statuses = answers.flat().map((each) => (each as { status: number }).status)
  expect(statuses).toEqual(Array(5 * callers.length).fill(200))
  expect(new Set(site.watched.refreshTokens).size).toBeLessThanOrEqual(known + 1)
  return site.watched.refreshes - before
}

/** One refresh a tab at most: a message or a storage that is late costs a tab one that gives it the same successor. */
async function expectFewRefreshes(tabs: readonly Page[], url: string): Promise<void> {
  const count = await callAtOnce(tabs, { url })
  expect(count).toBeGreaterThanOrEqual(1)
  expect(count).toBeLessThanOrEqual(tabs.length)
}

/** The browser has taken the lock of a closed tab away: so many tabs are left that have ever logged in. */
function expectLeaders(count: number): Promise<void> {
  return expect
    .poll(async () => {
      const { held } = await hostile.evaluate<Held>('navigator.locks.query()')
      return held.filter(({ name }) => name.startsWith('jotgate:shop:')).length
    })
    .toBe(count)
}

interface Held {
  readonly held: readonly { readonly name: string }[]
}

/** No refresh token was used twice: the server has ended no session, and no tab is signed out. */
async function expectAllSignedIn(tabs: readonly Page[]): Promise<void> {
  expect(site.watched.refuseBefore).toBe(0)
  for (const page of tabs) {
    expect(await run(page, 'isSignedIn')).toBe(true)
    expect(await events(page)).not.toContain('signed-out')
  }
}

describe.each([
  ['a shared storage', { shared: true }],
  ['cookies', { cookies: true }],
] as const)('with %s', (_name, { ...mode }) => {
  const isCookies = 'cookies' in mode
  const url = () => (isCookies ? '/orders' : `${site.api}/orders`)
  const setup = () => (isCookies ? { ...mode, endpoint: '/refresh', origins: [site.page] } : mode)

  test('tabs go on when the one that logged in is closed, and a hostile script hears no token', async () => {
    const [first, ...others] = await openTabs(setup())
    await expectFewRefreshes([first, ...others], url())
    await first.close()
    for (let round = 0; round < 3; round++) await expectFewRefreshes(others, url())
    await expectAllSignedIn(others)
    await expect.poll(heardKinds).toContain('refreshed')
    const heard = await hearings()
    expect(JSON.stringify(heard)).not.toMatch(/token/i)
  })

  test('tabs go on when the one that is refreshing is closed before its answer', async () => {
    const [first, ...others] = await openTabs(setup())
    await run(first, 'skip', 1000)
    void run(first, 'call', url()).catch(() => undefined) // its page goes away
    await expect.poll(() => site.watched.refreshes).toBe(1)
    await first.close()
    for (const page of others) await run(page, 'skip', 1000)
    const answers = await Promise.all(others.map((page) => run(page, 'call', url())))
    expect(answers).toMatchObject([{ status: 200 }, { status: 200 }])
    await expectAllSignedIn(others)
    await expectFewRefreshes(others, url())
  })
})

describe('with tokens in memory', () => {
  test('a hostile script hears access tokens and no refresh token, in any number of refreshes', async () => {
    const tabs = await openTabs()
    for (let round = 0; round < 3; round++) expect(await callAtOnce(tabs)).toBe(1)
    expect(await callAtOnce(tabs, { callers: tabs.slice(1) })).toBe(1)
    await expectAllSignedIn(tabs)
    const isTold = ({ accessToken }: Record<string, unknown>) => accessToken !== undefined
    await expect.poll(async () => (await hearings()).filter(isTold).length).toBeGreaterThan(3)
    const heard = await hearings()
    expect(JSON.stringify(heard)).not.toMatch(/refreshToken/)
    for (const token of site.watched.refreshTokens)
      expect(JSON.stringify(heard)).not.toContain(token)
    expect(site.watched.refreshTokens.length).toBeGreaterThan(3)
  })

  test('closing the tab that logged in ends the others when their access token ends, at once and without an alarm', async () => {
    const [first, ...others] = await openTabs()
    await first.close()
    await expectLeaders(0)
    for (const page of others)
      expect(await run(page, 'call', `${site.api}/orders`)).toMatchObject({ status: 200 })
    await expectAllSignedIn(others)
    for (const page of others) {
      await run(page, 'skip', 1000)
      expect(await run(page, 'call', `${site.api}/orders`)).toBe('SIGNED_OUT')
      expect(await events(page)).toEqual(['adopted', 'signed-out'])
    }
    expect(site.watched).toMatchObject({ refreshes: 0, refuseBefore: 0 })
  })

  test('a tab that has a refresh token gives it up for a later login, in all tabs', async () => {
    const [first, second, third] = await openTabs()
    await run(second, 'login', `${site.api}/login`)
    await expect.poll(() => events(first)).toEqual(['signed-in', 'adopted'])
    await expect.poll(() => events(third)).toEqual(['adopted', 'adopted'])
    await run(second, 'skip', 1000)
    expect(await callAtOnce([first, third])).toBe(1)
    await second.close()
    await expectLeaders(1)
    await run(first, 'skip', 1000)
    expect(await run(first, 'call', `${site.api}/orders`)).toBe('SIGNED_OUT')
  })

  test('a message of a script that holds no lock puts no token in place', async () => {
    const tabs = await openTabs()
    await hostile.evaluate(`
      for (const kind of ['signed-in', 'refreshed'])
        for (const login of [undefined, 'x', '0.5'])
          channel.postMessage({ kind, login, accessToken: 'FORGED', refreshToken: 'FORGED', expiresAt: null })
    `)
    await new Promise((resolve) => setTimeout(resolve, 200))
    for (const page of tabs) {
      expect(await run(page, 'call', `${site.api}/orders`)).toMatchObject({ status: 200 })
      expect((await events(page)).length).toBe(1)
    }
    expect(site.watched.refreshes).toBe(0)
  })

  test('a logout reaches every tab at once', async () => {
    const tabs = await openTabs()
    await tabs[1].evaluate('signOut()')
    for (const page of tabs) await expect.poll(() => run(page, 'isSignedIn')).toBe(false)
  })
})

async function open(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(site.page)
  await page.waitForFunction('typeof start === "function"')
  return page
}

function start(page: Page, setup: object): Promise<unknown> {
  const usual = { endpoint: `${site.api}/refresh`, origins: [site.api], tabs: 'shop' }
  return run(page, 'start', { ...usual, ...setup })
}

function run(page: Page, name: string, ...args: unknown[]): Promise<unknown> {
  return page.evaluate(`${name}(...${JSON.stringify(args)})`)
}

function events(page: Page): Promise<string[]> {
  return page.evaluate('events')
}

async function heardKinds(): Promise<unknown[]> {
  return (await hearings()).map(({ kind }) => kind)
}

function hearings(): Promise<Record<string, unknown>[]> {
  return hostile.evaluate('heard')
}
