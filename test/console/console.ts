import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { buildConsole } from '../../tools/setup/build-console.mjs'
import { startBrowser } from '../setup/browser.js'
import { startService, temporaryFolder, type RunningService } from '../service/running-service.js'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** How long something may take that happens by itself; only ever waited for in full when it does not. */
export const soon = { timeout: 30_000 }

/** A service as `npm start` makes it, with the demo user, and a browser to look at it. */
export interface Site {
  readonly service: RunningService
  readonly browser: Browser
  /** A page of its own, with cookies and storage of its own, and what the browser has to complain about. */
  open(options?: BrowserContextOptions): Promise<Visit>
  /** POST /user/login: a session beside the console's. */
  login(username?: string, password?: string): Promise<Tokens>
  /** A call of the service's API as alice, outside the browser. */
  call(method: string, path: string, body?: unknown): Promise<Response>
  close(): Promise<void>
}

/** A page and what happened on it. */
export interface Visit {
  readonly page: Page
  /** Errors and warnings of the console, exceptions, violations of the policy. */
  readonly complaints: string[]
  /** Requests as `METHOD path`, with their bodies. */
  readonly requests: { readonly line: string; readonly body: string }[]
}

/** What a login answers. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly sid: string
}

/** What is done before the service starts, and the port that its configuration names. */
export interface SiteOptions {
  readonly port?: number
  readonly prepare?: (dataDir: string) => Promise<void>
}

/** Starts both; builds the console first where its sources are newer. `env` is for the service. */
export async function startSite(
  env: Readonly<Record<string, string>> = {},
  { port, prepare }: SiteOptions = {},
): Promise<Site> {
  const problem = await buildConsole()
  if (problem !== undefined) throw new Error(problem)
  const folder = temporaryFolder()
  await prepare?.(folder.path)
  const options = { dataDir: folder.path, env: { LOG_LEVEL: 'warn', ...env } }
  const [service, browser] = await Promise.all([
    startService(port === undefined ? options : { ...options, port }),
    startBrowser(),
  ])
  const { origin } = service
  let token: Promise<Tokens> | undefined
  const login = (username = 'alice', password = 'secret') => logIn(origin, { username, password })
  return {
    service,
    browser,
    open: (options) => openPage(browser, `${origin}/console/`, options),
    login,
    call: async (method, path, body) => {
      token ??= login()
      const { accessToken } = await token
      return fetch(origin + path, {
        method,
        headers: {
          authorization: `Bearer ${accessToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    },
    close: async () => {
      await browser.close()
      await service.stop()
      folder.remove()
    },
  }
}

async function logIn(origin: string, credentials: object): Promise<Tokens> {
  const answer = await fetch(`${origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  })
  if (!answer.ok) throw new Error(`the login was answered ${String(answer.status)}`)
  return (await answer.json()) as Tokens
}

async function openPage(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  await page.clock.install() // runs as usual, until a test calls tick
  const visit: Visit = { page, complaints: [], requests: [] }
  watch(visit)
  await context.exposeFunction('tellViolation', (what: string) => visit.complaints.push(what))
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) => {
    tellViolation('policy: ' + event.violatedDirective + ' ' + event.blockedURI)
  })`)
  await page.goto(url)
  return visit
}

function watch({ page, complaints, requests }: Visit): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    requests.push({
      line: `${request.method()} ${pathname}${search}`,
      body: request.postData() ?? '',
    })
  })
}

/** Fills in the form and waits for the page that was asked for. */
export async function logInto(page: Page, username = 'alice', password = 'secret'): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name: 'Log out' }).waitFor()
}

/** What a page asks every few seconds, it asks now. */
export async function tick(page: Page): Promise<void> {
  await page.clock.fastForward(5000)
}

/** Goes there by the menu. */
export async function goTo(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']

/** What axe has against the page, and how many of its rules were asked. */
export async function examine(page: Page): Promise<{ violations: string[]; passes: number }> {
  // By the debugger, which the page's own policy does not hinder.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe)
  return page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(rules)} }).then(({ violations, passes }) => ({
      violations: violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')),
      passes: passes.length,
    }))`,
  )
}
