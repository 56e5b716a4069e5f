import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'

const folder = temporaryFolder()
let service: RunningService

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const ownPage = { 'sec-fetch-site': 'same-origin' }

async function post(path: string, headers: Record<string, string>, body?: unknown) {
  const answer = await fetch(service.origin + path, {
    method: 'POST',
    headers: {
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const cookies = answer.headers.getSetCookie()
  return {
    status: answer.status,
    text: await answer.text(),
    cookies,
    cookie: cookies.map((each) => each.split(';')[0]).join('; '),
  }
}
const get = async (path: string, headers: Record<string, string>) =>
  (await fetch(service.origin + path, { headers })).status
const login = (headers: Record<string, string> = ownPage) =>
  post('/console/login', headers, { username: 'alice', password: 'secret' })

test('a login from an own page sets cookies that no script reads, and says no token', async () => {
  const { status, text, cookies, cookie } = await login()
  expect(status).toBe(200)
  expect(Object.keys(JSON.parse(text) as object).sort()).toEqual([
    'accessExpire',
    'expiresIn',
    'refreshAfter',
  ])
  expect(cookies).toHaveLength(2)
  for (const each of cookies)
    expect(each.split('; ')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^__Host-\w+=[\w.-]{40,}$/),
        ...['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/'],
      ]),
    )
  expect(await get('/admin/keys', { ...ownPage, cookie })).toBe(200)
  expect(await get('/user/profile', { ...ownPage, cookie })).toBe(200)
})

test('no other page logs in, refreshes, logs out or calls', async () => {
  const { cookie } = await login()
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://elsewhere.example' },
    {},
  ]) {
    expect((await login(headers as Record<string, string>)).status).toBe(403)
    for (const path of [
      '/console/refresh',
      '/console/logout',
      '/admin/keys/rotate',
      '/user/logout-all',
    ])
      expect([path, (await post(path, { ...headers, cookie })).status]).toEqual([path, 403])
  }
  expect(await get('/admin/keys', { ...ownPage, cookie })).toBe(200)
})

test('a refresh replaces both; a logout clears them and ends the session', async () => {
  const first = await login()
  const second = await post('/console/refresh', { ...ownPage, cookie: first.cookie })
  expect(second.status).toBe(200)
  const out = await post('/console/logout', { ...ownPage, cookie: second.cookie })
  expect([out.status, out.cookies.every((each) => each.includes('Max-Age=0'))]).toEqual([204, true])
  for (const { cookie } of [first, second]) {
    expect(await get('/admin/keys', { ...ownPage, cookie })).toBe(401)
    const refused = await post('/console/refresh', { ...ownPage, cookie })
    expect([refused.status, refused.cookies]).toEqual([401, []])
  }
})

test('a login ends the session that was there; a wrong one leaves it', async () => {
  const first = await login()
  const headers = { ...ownPage, cookie: first.cookie }
  const wrong = await post('/console/login', headers, { username: 'alice', password: 'wrong' })
  expect([wrong.status, wrong.cookies]).toEqual([401, []])
  expect(await get('/admin/keys', headers)).toBe(200)
  expect((await login(headers)).status).toBe(200)
  expect(await get('/admin/keys', headers)).toBe(401)
})

test.each([
  [{ username: 'alice' }, /password/],
  [{ username: 'alice', password: 'secret', more: 1 }, /does not know/],
  [[], /object/],
])('a login of %j is 400 and says what is wrong', async (body, message) => {
  const { status, text } = await post('/console/login', ownPage, body)
  expect(status).toBe(400)
  expect(text).toMatch(message)
})
