import { createContext, runInContext } from 'node:vm'
import { type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../client/browser/bundle.js'
import { startBrowser } from '../../setup/browser.js'
import { book, createWholeService, listen, listenerOf, type Site } from './whole-service.js'

let whole: Awaited<ReturnType<typeof createWholeService>>
beforeAll(async () => {
  whole = await createWholeService('transpile')
}, 120_000)
afterAll(() => {
  whole.workshop.remove()
})

test('a client on a platform without streams and newer names makes every kind of call', async () => {
  const site = await listen(listenerOf(whole.setup))
  const { code } = await bundled()
  const context = createContext(poorGlobals())
  runInContext(`(function () { ${code} })()`, context)
  const token = await whole.sign.Auth({ sub: 'alice', scope: 'items:write' })
  const script = `(async () => {
    const open = createClient({ baseUrl: '${site.url}' })
    const client = createClient({ baseUrl: '${site.url}', source: { grant: () => ({ token: '${token}' }) } })
    const ticks = []
    for await (const tick of await client.account.watch()) ticks.push(tick)
    const refused = await open.account.remove().catch((error) => error instanceof ApiError && error.status)
    const { accessToken } = await open.login({ username: 'u', password: 'open sesame' })
    return JSON.stringify({
      ticks, refused, logged: typeof accessToken,
      offers: [await open.offers(), await client.offers()],
      saved: await client.shopItems.save({ shop: 's', dry: true, ...${JSON.stringify(book)} }),
      uploaded: await client.account.upload({ title: 't' }, { files: { file: [
        new Blob(['x'], { type: 'text/plain' }),
        { uri: 'file:///photo', name: 'photo.png', type: 'image/png' },
      ] } }),
    })
  })()`
  const answer = (await runInContext(script, context)) as string
  expect(JSON.parse(answer)).toEqual({
    ticks: [{ count: 1 }, { count: 2 }, { count: 3 }],
    ...{ refused: 401, logged: 'string', offers: [{ name: 'anyone' }, { name: 'alice' }] },
    saved: { shop: 's', by: 'alice', dry: true, item: book },
    uploaded: {
      title: 't',
      tags: [],
      files: ['blob text/plain x', 'photo.png image/png file:///photo'],
    },
  })
  await site.close()
})

test('a session on a platform without newer names refreshes, and its calls can be aborted', async () => {
  const handle = listenerOf(whole.setup)
  const accessToken = await whole.sign.Auth({ sub: 'alice' })
  let refreshes = 0
  const site = await listen((request, response) => {
    if (request.url !== '/refresh') {
      handle(request, response)
      return
    }
    refreshes++
    response.end(JSON.stringify({ accessToken, refreshToken: 'second', expiresIn: 900 }))
  })
  const { code } = await bundled()
  const context = createContext(poorGlobals())
  runInContext(`(function () { ${code} })()`, context)
  const script = `(async () => {
    const source = fromSession({ endpoint: '${site.url}/refresh', tabs: 'poor' })
    await source.signIn({ accessToken: 'expired', refreshToken: 'first', expiresIn: 1 })
    const client = createClient({ baseUrl: '${site.url}', source })
    const calling = new AbortController()
    const answer = await client.offers({ signal: calling.signal })
    calling.abort()
    const aborted = await client.offers({ signal: calling.signal }).catch((error) => error instanceof Error)
    return JSON.stringify({ answer, aborted })
  })()`
  const said = (await runInContext(script, context)) as string
  expect(JSON.parse(said)).toEqual({ answer: { name: 'alice' }, aborted: true })
  expect(refreshes).toBe(1)
  await site.close()
})

let made: ReturnType<typeof bundle> | undefined

/** The generated client in one script, which puts `createClient` and `ApiError` among the globals. */
function bundled(): ReturnType<typeof bundle> {
  made ??= bundle(whole.workshop.path('whole/page.ts'))
  return made
}

/**
 * What React Native has of the platform, and no more: answers without `body`, URLs without `canParse`, parameters without
 * `size`, signals without a reason; no streams, no `AbortSignal.any` and `timeout`, no `structuredClone`, no `TextDecoder`, no
 * Web Locks.
 */
function poorGlobals(): object {
  class PoorUrl extends URL {}
  Object.defineProperty(PoorUrl, 'canParse', { value: undefined })
  class PoorParams extends URLSearchParams {}
  Object.defineProperty(PoorParams.prototype, 'size', { value: undefined })
  class PoorController extends AbortController {
    constructor() {
      super()
      const undefinedValue = { value: undefined }
      Object.defineProperties(this.signal, {
        reason: undefinedValue,
        throwIfAborted: undefinedValue,
      })
    }
  }
  /** Takes a file by its address, and reads it when the form is sent. */
  class NativeForm extends FormData {
    override append(name: string, value: unknown, file?: string) {
      const { uri, name: own, type } = Object(value) as Record<string, string | undefined>
      if (typeof value === 'string') super.append(name, value)
      else if (uri === undefined) super.append(name, value, file)
      else super.append(name, new File([uri], own ?? '', { type: type ?? '' }))
    }
  }
  const poorFetch = async (...sent: Parameters<typeof fetch>) => {
    const answer = await fetch(...sent)
    const { ok, status, headers } = answer
    return { ok, status, headers, text: () => answer.text(), json: () => answer.json() }
  }
  const globals = { fetch: poorFetch, URL: PoorUrl, URLSearchParams: PoorParams }
  return {
    ...globals,
    Headers,
    Request,
    FormData: NativeForm,
    Blob,
    ArrayBuffer,
    AbortController: PoorController,
    performance: { now: () => performance.now() },
    setTimeout,
    clearTimeout,
  }
}

describe('a service with everything, called by a page in Chromium', () => {
  let browser: Browser
  let site: Site
  beforeAll(async () => {
    const { code } = await bundled()
    browser = await startBrowser()
    const handle = listenerOf(whole.setup)
    site = await listen((request, response) => {
      if (request.url?.startsWith('/v1/') === true) {
        handle(request, response)
        return
      }
      response.setHeader(
        'content-type',
        request.url === '/page.js' ? 'text/javascript' : 'text/html',
      )
      response.end(
        request.url === '/page.js' ? code : '<script type="module" src="/page.js"></script>',
      )
    })
  })
  afterAll(async () => {
    await browser.close()
    await site.close()
  })

  test('the bundle of a generated client imports nothing and speaks of nothing of Node', async () => {
    const { code, imports } = await bundled()
    expect(imports).toEqual([])
    expect(code).not.toMatch(/node:|\bprocess\b|\bBuffer\b/)
  })

  test('a page of the own origin logs in by a form, uploads and reads events', async () => {
    const page = await browser.newPage()
    await page.goto(site.url)
    await page.waitForFunction('typeof createClient === "function"')
    const answer = await page.evaluate(`(async () => {
      const baseUrl = location.origin
      const { accessToken } = await createClient({ baseUrl }).login({ username: 'u', password: 'open sesame' })
      const client = createClient({ baseUrl, source: { grant: () => ({ token: accessToken }) } })
      const ticks = []
      for await (const { count } of await client.account.watch()) ticks.push(count)
      const file = new File(['x'], 'a.txt', { type: 'text/plain' })
      const { files } = await client.account.upload({}, { files: { file } })
      const streamed = await client.account.stream({ title: 't' }, { files: { file } })
      return { ticks, files, streamed: streamed.files, me: await client.account.changeCard() }
    })()`)
    const files = ['a.txt text/plain x']
    expect(answer).toEqual({ ticks: [1, 2, 3], files, streamed: files, me: { name: 'u' } })
    await page.close()
  })
})
