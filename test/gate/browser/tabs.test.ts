import { EventEmitter, once } from 'node:events'
import { rmSync } from 'node:fs'
import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startBrowser } from '../../setup/browser.js'
import { emitSnippets } from '../../setup/snippets.js'
import { buildProgram, startShop, type Program, type Shop } from './shop.js'

let browser: Browser
let program: Program
let shop: Shop
let context: BrowserContext
let first: Page
let second: Page

beforeAll(async () => {
  // attacks.test.ts compiles the same.
  program = await buildProgram(emitSnippets)
  browser = await startBrowser()
  shop = await startShop(program)
  context = await browser.newContext()
  first = await open()
  second = await open()
})
afterAll(async () => {
  await browser.close()
  await shop.close()
  rmSync(program.folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await context.clearCookies()
  await login(first, 'alice')
  // It learns of the login from the first.
  await expect.poll(() => call(second)).toBe('alice')
  shop.seen.refreshes = 0
})

test('two tabs that are refused at once share one refresh, and both continue', async () => {
  await loseAccess()
  expect(await Promise.all([calls(first), calls(second)])).toEqual(Array(2).fill(fine('alice')))
  expect(shop.seen.refreshes).toBe(1)
  expect(Object.keys(await jar())).toEqual(['__Host-access', '__Host-refresh'])
})

test('without Web Locks both tabs refresh at once, get the same successor, and both continue', async () => {
  await Promise.all([first, second].map((page) => page.evaluate(withoutLocks)))
  await loseAccess()
  const held = holdRefreshes()
  const early = calls(first)
  expect(await held.reached).toBe('renewed')
  const { '__Host-refresh': old } = await jar()
  expect(await calls(second)).toEqual(fine('alice'))
  const { '__Host-refresh': successor } = await jar()
  held.release()
  expect(await early).toEqual(fine('alice'))
  expect(shop.seen.refreshes).toBe(2)
  expect(successor).not.toBe(old)
  expect((await jar())['__Host-refresh']).toBe(successor)
  await Promise.all([first, second].map((page) => page.evaluate('delete navigator.locks')))
})

test('a refresh whose answer is lost is repeated', async () => {
  await loseAccess()
  shop.loseReplies = 1
  expect(await call(first)).toBe('alice')
  expect(shop.seen.refreshes).toBe(2)
})

test('a logout in one tab ends the other, here and at the server', async () => {
  const before = await jar()
  await first.evaluate('logout()')
  expect(await jar()).toEqual({})
  expect(await call(second)).toBe('SIGNED_OUT')
  // Who has kept the cookies has nothing.
  await putBack(before)
  expect(await first.evaluate('fetch("/me").then((r) => r.status)')).toBe(401)
  expect(await first.evaluate('fetch("/refresh", { method: "POST" }).then((r) => r.status)')).toBe(
    401,
  )
})

test('a refusal that arrives after another tab’s login leaves the new session in place', async () => {
  await shop.sessions.endAll('alice')
  const held = holdRefreshes()
  const late = call(second)
  expect(await held.reached).toBe('refused')
  await login(first, 'bob')
  const pair = await jar()
  held.release()
  expect(await late).toBe('SIGNED_OUT') // what alice asked for is not asked in bob's name
  expect(await jar()).toEqual(pair)
  expect(await call(first)).toBe('bob')
})

test('a refresh that arrives after another tab’s login does not bring the former user back', async () => {
  await loseAccess()
  const held = holdRefreshes()
  const late = call(second)
  expect(await held.reached).toBe('renewed')
  await login(first, 'bob')
  held.release()
  expect(await late).toBe('SIGNED_OUT')
  expect(await call(first)).toBe('SIGNED_OUT')
})

test('a refresh that arrives after a logout does not bring the session back', async () => {
  await loseAccess()
  const held = holdRefreshes()
  const late = call(second)
  expect(await held.reached).toBe('renewed')
  await first.evaluate('logout()')
  held.release()
  expect(await late).toBe('SIGNED_OUT')
  expect(await first.evaluate('fetch("/me").then((r) => r.status)')).toBe(401)
  expect(await first.evaluate('fetch("/refresh", { method: "POST" }).then((r) => r.status)')).toBe(
    401,
  )
})

async function open(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(shop.origin)
  await page.waitForFunction('typeof login === "function"')
  return page
}

async function login(page: Page, name: string): Promise<void> {
  await page.evaluate(`login("${name}", "secret")`)
}

/** Who the page is, or why it is nobody. */
const calling = `call("/me").then((r) => r.ok ? r.json() : r.status, (error) => error.code ?? String(error))`

function call(page: Page): Promise<unknown> {
  return page.evaluate(calling)
}

function calls(page: Page): Promise<unknown> {
  return page.evaluate(`Promise.all(Array.from({ length: 10 }, () => ${calling}))`)
}

function fine(name: string): string[] {
  return Array<string>(10).fill(name)
}

const withoutLocks = `Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true })`

/** As if the access token had run out: its cookie goes when it does. */
async function loseAccess(): Promise<void> {
  await context.clearCookies({ name: '__Host-access' })
}

async function jar(): Promise<Record<string, string>> {
  return Object.fromEntries((await context.cookies()).map(({ name, value }) => [name, value]))
}

async function putBack(cookies: Record<string, string>): Promise<void> {
  const shared = { domain: 'app.shop.localhost', path: '/', secure: true, httpOnly: true }
  const all = Object.entries(cookies).map(([name, value]) => ({ ...shared, name, value }))
  await context.addCookies(all)
}

/** Holds the answer to the next refresh back until it is let go. */
function holdRefreshes() {
  const gate = new EventEmitter()
  const reached = once(gate, 'reached').then(([outcome]: unknown[]) => outcome)
  shop.holdRefresh = (outcome) => {
    shop.holdRefresh = undefined
    const released = once(gate, 'released')
    gate.emit('reached', outcome)
    return released
  }
  return { reached, release: () => gate.emit('released') }
}
