import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auth } from '../../../src/adapters/node/node.js'
import { createCookieMode, createGate, from } from '../../../src/gate/index.js'
import { startBrowser } from '../../setup/browser.js'
import { sign, verify } from '../tokens.js'

/** Hosts of one site, of which only the first is configured; all are this machine. */
const hosts = { app: 'app.shop.localhost', blog: 'blog.shop.localhost', api: 'api.shop.localhost' }
let server: Server
let port: number
let browser: Browser
let context: BrowserContext
/** As `METHOD status reason`. */
const answers: string[] = []

const origin = (name: keyof typeof hosts) => `http://${hosts[name]}:${String(port)}`

beforeAll(async () => {
  server = createServer().listen(0)
  await once(server, 'listening')
  ;({ port } = server.address() as AddressInfo)
  server.on('request', answerAs(origin('app')))
  browser = await startBrowser()
  context = await browser.newContext()
})
afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
})

/** Pages, and the API of `api`, whose CORS is for one origin. */
function answerAs(configured: string) {
  const cookies = createCookieMode({ origins: [configured], domain: 'shop.localhost' })
  const gate = createGate({ verify, extract: from.first(from.bearer(), cookies.extract) })
  const login = auth(cookies.gate())(async (_, response) => {
    const times = { expiresIn: 900, accessExpire: 1_800_000_900, refreshAfter: 1_800_000_450 }
    const accessToken = await sign({ sub: 'alice' })
    const { setCookie, body } = cookies.set({ accessToken, refreshToken: 'AQ-_', ...times })
    response.setHeader('set-cookie', [...setCookie]).end(JSON.stringify(body))
  })
  const call = auth(gate)((_, response) => {
    response.end(gate.current().claims.sub)
  })
  return (request: IncomingMessage, response: ServerResponse) => {
    const { url = '/', headers, method } = request
    if (url === '/') {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>t</title>')
      return
    }
    // The browser asks for it by itself, at a time of its own.
    if (url === '/favicon.ico') {
      response.writeHead(204).end()
      return
    }
    if (headers.origin === configured) {
      response.setHeader('access-control-allow-origin', configured)
      response.setHeader('access-control-allow-credentials', 'true')
    }
    response.on('finish', () => {
      answers.push(`${method ?? ''} ${url} ${String(response.statusCode)}`)
    })
    void (url === '/login' ? login : call)(request, response)
  }
}

async function open(name: keyof typeof hosts): Promise<Page> {
  const page = await context.newPage()
  await page.goto(origin(name))
  return page
}

/** What a page gets from the API, with the cookies of the browser. */
const ask = (page: Page, path: string, mode: 'cors' | 'no-cors' = 'cors') =>
  page.evaluate(
    async (asked) => {
      const init = { method: 'POST', credentials: 'include', mode: asked.mode } as const
      return (await fetch(asked.url, init).catch(() => undefined))?.status
    },
    { url: origin('api') + path, mode },
  )

test('cookies of a domain serve the configured sibling’s page, and no other sibling’s', async () => {
  const app = await open('app')
  expect(await ask(app, '/login')).toBe(200)
  const held = await context.cookies(origin('api'))
  expect(held.map(({ name, domain }) => `${name} ${domain}`).sort()).toEqual([
    '__Secure-access .shop.localhost',
    '__Secure-refresh .shop.localhost',
  ])
  expect(await ask(app, '/orders')).toBe(200)
  const blog = await open('blog')
  answers.length = 0
  expect(await ask(blog, '/orders')).toBeUndefined()
  await ask(blog, '/orders', 'no-cors')
  await ask(blog, '/login', 'no-cors')
  expect(answers).toEqual(['POST /orders 403', 'POST /orders 403', 'POST /login 403'])
  expect(await ask(app, '/orders')).toBe(200)

  // The sibling puts a cookie of the same name beside the right one, which no script could replace.
  const tossed = '__Secure-access=tossed; Domain=shop.localhost; Path=/orders; Secure'
  await blog.evaluate(`document.cookie = '${tossed}'`)
  expect(await ask(app, '/orders')).toBe(400)
  expect(await ask(app, '/others')).toBe(200)
})
