import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildConsole } from '../../../tools/setup/build-console.mjs'
import { bundle } from '../../client/browser/bundle.js'
import { logInto } from '../../console/console.js'
import { startBrowser } from '../../setup/browser.js'
import { registerClients, type TestClient } from '../oauth/clients-of.js'
import {
  freePort,
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'

const password = 'a password that is long enough'
const folder = temporaryFolder()
const servers: Server[] = []
/** Pages of other origins: a first-party one, one of a registered app, and one that nobody has configured. */
const origins = { firstParty: '', app: '', stranger: '' }
let service: RunningService
let app: TestClient
let browser: Browser
let context: BrowserContext
/** What the browser's console says. */
let said: string[]

beforeAll(async () => {
  const problem = await buildConsole()
  if (problem !== undefined) throw new Error(problem)
  const entry = fileURLToPath(new URL('page.ts', import.meta.url))
  const [{ code }, port, opened] = await Promise.all([bundle(entry), freePort(), startBrowser()])
  browser = opened
  // The first is at the host of the service: a browser sends the cookies of one port to every other.
  origins.firstParty = `http://127.0.0.1:${String(await servePage(code))}`
  origins.app = `http://localhost:${String(await servePage(code))}`
  origins.stranger = `http://localhost:${String(await servePage(code))}`
  const config = join(folder.path, 'jotgate.yaml')
  const own = `http://127.0.0.1:${String(port)}`
  writeFileSync(
    config,
    `issuer: ${own}\naudience: api\nhosts: [auth.example]\norigins: [${own}, ${origins.firstParty}]\n` +
      'loginLimits: { address: 2 }\n',
  )
  const env = { JOTGATE_CONFIG: config, DATA_DIR: folder.path }
  const added = await runService(env, ['user', 'add', 'bob', 'admin'], password)
  if (added.code !== 0) throw new Error(added.output)
  const page = {
    ...({ name: 'App', kind: 'public', grants: ['refresh_token'], audiences: ['api'] } as const),
    ...{ scopes: ['profile:read'], origins: [origins.app] },
  }
  app = (await registerClients(folder.path, { page }, 'configured')).page
  service = await startService({ dataDir: folder.path, port, env: { JOTGATE_CONFIG: config } })
})
afterAll(async () => {
  await browser.close()
  await service.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  folder.remove()
})
beforeEach(async () => {
  context = await browser.newContext()
  said = []
})
afterEach(() => context.close())

async function servePage(script: string): Promise<number> {
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    const page = '<!doctype html><title>t</title><script type="module" src="/page.js"></script>'
    response.end(isScript ? script : page)
  }).listen(0)
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function open(url: string): Promise<Page> {
  const page = await context.newPage()
  page.on('console', (message) => said.push(message.text()))
  await page.goto(url)
  return page
}

async function openPage(origin: string, clientId?: string): Promise<Page> {
  const page = await open(origin)
  const setup = { service: service.origin, ...(clientId !== undefined && { clientId }) }
  await page.waitForFunction('globalThis.tried !== undefined')
  await page.evaluate((given) => {
    tried.start(given)
  }, setup)
  return page
}

const login = (page: Page, username = 'bob') =>
  page.evaluate(([name = '', word = '']) => tried.login(name, word), [username, password])
const call = (page: Page, path: string) => page.evaluate((where) => tried.call(where), path)
const withCookies = (page: Page, path: string, method = 'GET') =>
  page.evaluate(([where = '', how = '']) => tried.withCookies(where, how), [path, method])

test('the page at the service’s origin has its session in cookies, which no other page can use', async () => {
  const own = await open(`${service.origin}/console/`)
  await logInto(own, 'bob', password)
  const held = await context.cookies(service.origin)
  expect(held.map(({ name, httpOnly }) => [name, httpOnly]).sort()).toEqual([
    ['__Host-access', true],
    ['__Host-refresh', true],
  ])
  expect(await own.evaluate('document.cookie')).toBe('')
  // At the same host, so that the browser would send these cookies along.
  const other = await openPage(origins.firstParty)
  for (const [path, method] of [
    ['/user/profile', 'GET'],
    ['/console/refresh', 'POST'],
    ['/console/logout', 'POST'],
    ['/admin/users', 'GET'],
    ['/admin/keys/rotate', 'POST'],
  ] as const)
    expect(await withCookies(other, path, method), path).toContain('Failed to fetch')
  await own.reload()
  await own.getByRole('button', { name: 'Log out' }).click()
  await own.getByLabel('Username').waitFor()
  expect(await context.cookies(service.origin)).toEqual([])
})

test.each<['firstParty' | 'app', string]>([
  ['firstParty', 'a configured first-party origin'],
  ['app', 'an origin of a registered app'],
])(
  'the page at another origin logs in, calls, refreshes and logs out with tokens: %s, %s',
  async (which) => {
    const page = await openPage(origins[which], which === 'app' ? app.id : undefined)
    expect(await login(page)).toMatchObject({ status: 200 })
    const profile = { status: 200, body: expect.stringContaining('"username":"bob"') as unknown }
    expect(await call(page, '/user/profile')).toMatchObject(profile)
    const refreshes: string[] = []
    page.on('request', (request) => {
      if (/refresh|token/.test(request.url())) refreshes.push(request.method())
    })
    await page.evaluate(() => {
      tried.advance(3600)
    })
    expect(await call(page, '/user/profile')).toMatchObject(profile)
    expect(refreshes).toContain('POST')
    const out = await page.evaluate(() => tried.logout())
    expect(out).toMatchObject({ body: '' })
    expect(await call(page, '/user/profile')).toBe('SIGNED_OUT')
    expect(await context.cookies(service.origin)).toEqual([])
    expect(said).toEqual([])
  },
)

test('the page at an origin that is not configured is refused, and the browser’s console says that it is CORS', async () => {
  const page = await openPage(origins.stranger)
  expect(await login(page)).toContain('Failed to fetch')
  const [why = ''] = said.filter((text) => text.includes('CORS policy'))
  expect(why).toContain(`${service.origin}/user/login`)
  expect(why).toContain(`from origin '${origins.stranger}' has been blocked by CORS policy`)
  expect(why).toContain("No 'Access-Control-Allow-Origin' header is present")
  // The page of the app is refused in the same way where it names another client.
  const other = await openPage(origins.app)
  said = []
  expect(await login(other)).toContain('Failed to fetch')
  expect(said.join()).toContain('blocked by CORS policy')
})

test('the page at another origin can read why a login is refused, and when to come again', async () => {
  const page = await openPage(origins.firstParty)
  const wrong = { status: 401, challenge: expect.stringContaining('Bearer') as unknown }
  expect(await login(page, 'nobody')).toMatchObject(wrong)
  expect(await login(page, 'nobody')).toMatchObject(wrong)
  expect(await login(page, 'nobody')).toMatchObject({
    status: 429,
    wait: expect.stringMatching(/^\d+$/) as unknown,
  })
})
