import { expect, test } from 'vitest'
import {
  firstParty,
  idOf,
  shopPage,
  send,
  of,
  password,
  preflight,
  postJson,
  postForm,
  login,
  get,
  readableBy,
  type Answer,
  useService,
} from './pages.js'

useService()

test('refusals with 400, 401, 403, 404, 413, 415 and 429 can be read by the page they are for', async () => {
  const id = idOf('shop')
  const wrong = { username: 'nobody', password: 'x', clientId: id }
  const narrow = (await login(shopPage, id)).body['accessToken']
  const grant = { grant_type: 'refresh_token', refresh_token: 'x', client_id: id }
  const cases: [number, Answer][] = [
    [400, await postJson('/user/login', shopPage, { clientId: id })],
    [400, await postForm('/oauth/token', shopPage, grant)],
    [401, await get('/user/profile', shopPage, 'x')],
    [401, await postForm('/oauth/token', shopPage, {})],
    [404, await get('/user/nothing', shopPage, narrow)],
    [413, await postJson('/user/login', shopPage, { password: 'x'.repeat(9000) })],
    [
      415,
      await send('/user/login', {
        headers: { ...of(shopPage), 'content-type': 'text/plain' },
        body: 'x',
      }),
    ],
  ]
  for (let failed = 0; failed < 3; failed++)
    cases.push([401, await postJson('/user/login', shopPage, wrong)])
  const limited = await postJson('/user/login', shopPage, wrong)
  cases.push([429, limited])
  for (const [status, answer] of cases) {
    expect(answer.status).toBe(status)
    readableBy(shopPage, answer)
  }
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
  expect(cases[2]?.[1].headers['www-authenticate']).toContain('Bearer')
})

test('a login that finds too many before it is refused with 503, and its page reads when to come again', async () => {
  const answers = await Promise.all(Array.from({ length: 150 }, () => login(firstParty)))
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(0)
  for (const answer of refused) {
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2'])
    readableBy(firstParty, answer)
  }
})

test('preflights are no traffic: administrators see requests, each once', async () => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'bob', password })
  const { accessToken } = (await send('/user/login', { headers, body })).body
  const accepted = async () => {
    const asked = { method: 'GET', headers: { authorization: `Bearer ${String(accessToken)}` } }
    const { bins } = (await send('/admin/traffic', asked)).body as { bins: { accepted: number }[] }
    return bins.reduce((sum, bin) => sum + bin.accepted, 0)
  }
  const before = await accepted()
  for (let each = 0; each < 5; each++) await preflight(shopPage)
  await send('/user/login', { headers, body })
  await expect.poll(accepted, { timeout: 30_000 }).toBeGreaterThan(before)
  expect(await accepted()).toBe(before + 1)
})

test('public documents can be read by any page, and by one without an origin', async () => {
  for (const path of ['/.well-known/jwks.json', '/.well-known/oauth-authorization-server'])
    for (const headers of [of('https://evil.example'), { origin: 'null' }, {}]) {
      const answer = await send(path, { method: 'GET', headers })
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, '*'])
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    }
  const asked = await preflight('https://evil.example', '/.well-known/jwks.json', 'GET')
  expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, '*'])
  expect(asked.headers['access-control-allow-methods']).toBe('GET, HEAD')
})
