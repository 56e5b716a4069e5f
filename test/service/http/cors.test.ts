import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  firstParty,
  own,
  password,
  runBeside,
  useService,
  idOf,
  shopPage,
  devPage,
  forumPage,
  send,
  of,
  preflight,
  postJson,
  postForm,
  login,
  get,
  corsOf,
  readableBy,
  isRefused,
} from './pages.js'

useService()

/** Each of them differs from a configured origin, or is none. */
const strangers: readonly string[] = [
  'https://evil.example',
  'null',
  '*',
  '',
  'https://SHOP.example',
  'HTTPS://shop.example',
  'https://shop.example:443',
  'https://shop.example:8443',
  'https://shop.example.',
  'https://shop.example/',
  'https://shop.example.evil.example',
  'https://evil.shop.example',
  'http://shop.example',
  'https://forum.example',
  'http://localhost',
  'http://localhost:5174',
  'http://127.0.0.1:5173',
  'https://shop.example https://evil.example',
  'https://shop.example, https://evil.example',
]

describe('preflights', () => {
  test('a preflight of each configured origin is answered, for every method and header that a page needs', async () => {
    for (const origin of [own, firstParty, shopPage, devPage, forumPage])
      for (const [path, method] of [
        ['/user/login', 'POST'],
        ['/user/profile', 'PUT'],
        ['/user/sessions/x', 'DELETE'],
        ['/oauth/token', 'POST'],
      ] as const) {
        const answer = await preflight(origin, path, method)
        expect(answer.status, `${origin} ${path}`).toBe(204)
        readableBy(origin, answer)
        expect(answer.headers).toMatchObject({
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-allow-methods': expect.stringContaining(method) as unknown,
          'access-control-max-age': '600',
        })
      }
  })

  test('a preflight of any other origin is refused, and of two at once', async () => {
    for (const origin of strangers) isRefused(await preflight(origin))
    isRefused(await preflight([shopPage, shopPage]))
  })

  test('an OPTIONS request that is no preflight is answered as ever', async () => {
    const plain = await send('/user/login', { method: 'OPTIONS', headers: of(shopPage) })
    expect(plain.status).not.toBe(204)
    expect(corsOf(plain)).not.toContain('access-control-allow-methods')
  })

  test('no page of another origin may call the routes of administrators, the console or metrics', async () => {
    const paths = ['/admin/users', '/admin/keys/rotate', '/console/login', '/metrics', '/healthz']
    for (const path of paths)
      for (const origin of [own, firstParty, shopPage]) {
        const answer = await preflight(origin, path)
        expect(answer.status, path).toBeGreaterThanOrEqual(400)
        expect(corsOf(answer), path).toEqual([])
        expect(corsOf(await get(path, origin, 'x')), path).toEqual([])
      }
    for (const path of paths.slice(0, 3))
      for (const origin of [firstParty, shopPage]) isRefused(await postJson(path, origin, {}))
  })
})

describe('requests', () => {
  test('a first-party page logs in, calls, refreshes and logs out, and reads each answer', async () => {
    const first = await login(firstParty)
    expect(first.status).toBe(200)
    readableBy(firstParty, first)
    const called = await get('/user/profile', firstParty, first.body['accessToken'])
    expect([called.status, called.body['username']]).toEqual([200, 'bob'])
    readableBy(firstParty, called)
    const { refreshToken } = first.body
    const second = await postJson('/user/refresh', firstParty, { refreshToken })
    expect(second.status).toBe(200)
    readableBy(firstParty, second)
    const out = await postJson('/user/logout', firstParty, {
      refreshToken: second.body['refreshToken'],
    })
    expect(out.status).toBeLessThan(300)
    readableBy(firstParty, out)
  })

  test('a page of a client does the same in the name of its client', async () => {
    const id = idOf('shop')
    const first = await login(shopPage, id)
    expect(first.status).toBe(200)
    readableBy(shopPage, first)
    readableBy(shopPage, await get('/user/profile', shopPage, first.body['accessToken']))
    const second = await postForm('/oauth/token', shopPage, {
      ...{ grant_type: 'refresh_token', client_id: id },
      refresh_token: String(first.body['refreshToken']),
    })
    expect(second.status).toBe(200)
    readableBy(shopPage, second)
    const token = String(second.body['refresh_token'])
    const out = await postForm('/oauth/revoke', shopPage, { client_id: id, token })
    expect(out.status).toBe(200)
    readableBy(shopPage, out)
  })

  test('a page that is configured for one client cannot call in the name of another', async () => {
    const [shop, forum] = [idOf('shop'), idOf('forum')]
    isRefused(await login(forumPage, shop))
    isRefused(await login(forumPage))
    isRefused(await login(firstParty, shop))
    const { accessToken, refreshToken } = (await login(shopPage, shop)).body
    isRefused(await get('/user/profile', forumPage, accessToken))
    const form = { grant_type: 'refresh_token', refresh_token: String(refreshToken) }
    isRefused(await postJson('/user/refresh', shopPage, { refreshToken }))
    for (const [origin, client] of [
      [forumPage, shop],
      [shopPage, forum],
      [firstParty, shop],
      [shopPage, 'first-party'],
    ] as const) {
      const answer = await postForm('/oauth/token', origin, { ...form, client_id: client })
      isRefused(answer)
      expect(answer.body['error']).toBe('invalid_request')
    }
    const basic = `Basic ${Buffer.from(`${shop}:`).toString('base64')}`
    const type = { 'content-type': 'application/x-www-form-urlencoded', authorization: basic }
    const body = new URLSearchParams(form).toString()
    isRefused(await send('/oauth/token', { headers: { ...of(forumPage), ...type }, body }))
    // None of these has used the token up.
    const answer = await postForm('/oauth/token', shopPage, { ...form, client_id: shop })
    expect(answer.status).toBe(200)
  })

  test('a request of any other origin has no effect, and no answer that its page could read', async () => {
    const { refreshToken } = (await login(firstParty)).body
    for (const origin of strangers) {
      isRefused(await login(origin))
      isRefused(await postJson('/user/refresh', origin, { refreshToken }))
      isRefused(await postJson('/user/logout', origin, { refreshToken }))
    }
    expect((await postJson('/user/refresh', firstParty, { refreshToken })).status).toBe(200)
  })

  test('an old browser, which sends an origin alone, is judged by it', async () => {
    const headers = { 'content-type': 'application/json', origin: shopPage }
    const body = JSON.stringify({ username: 'bob', password, clientId: idOf('shop') })
    readableBy(shopPage, await send('/user/login', { headers, body }))
    isRefused(await send('/user/login', { headers: { ...headers, origin: forumPage }, body }))
    isRefused(await send('/user/login', { headers: { ...headers, origin: 'null' }, body }))
  })

  test('a page under a foreign name that points here gets no answer, whatever it says', async () => {
    const rebound = { host: 'evil.example', 'content-type': 'application/json' }
    for (const origin of ['http://evil.example', firstParty]) {
      const headers = { ...rebound, origin, 'sec-fetch-site': 'same-origin' }
      const answer = await send('/user/login', { headers, body: '{}' })
      expect([answer.status, corsOf(answer)]).toEqual([421, []])
    }
  })

  test('programs, which send no origin, are answered as ever, for caches apart from pages', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ username: 'bob', password })
    const answer = await send('/user/login', { headers, body })
    expect([answer.status, answer.headers.vary, corsOf(answer)]).toEqual([200, 'Origin', []])
  })
})

test('an origin that is taken from its client is out at once, without a restart, and one that is given is in', async () => {
  const id = idOf('leaving')
  const change = (origin: string) => runBeside(['client', 'change', id, '--origin', origin])
  const [before, after] = ['https://leaving.example', 'https://moved.example']
  expect((await preflight(before)).status).toBe(204)
  expect((await login(before, id)).status).toBe(200)
  const changed = await change(after)
  expect(changed.output).toContain(`pages at ${after}`)
  isRefused(await login(before, id))
  await sleep(1100) // what a preflight is judged by is read once a second
  isRefused(await preflight(before))
  expect((await preflight(after)).status).toBe(204)
  readableBy(after, await login(after, id))
  expect((await change('')).output).not.toContain('pages at')
  isRefused(await login(after, id))
})
