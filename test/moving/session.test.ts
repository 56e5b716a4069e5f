import { afterAll, expect, test } from 'vitest'
import { openPage } from './programs.js'
import { ask } from './requests.js'

const page = openPage('jsonwebtoken')
afterAll(() => page.close())
const post = (url: string, body: object) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const tokens = async (answer: Response) =>
  (await answer.json()) as { accessToken: string; refreshToken: string }
const status = async (url: string, token: string) => (await ask(url, [`Bearer ${token}`])).status

test('old tokens go on, an old refresh token is traded once, and a logout holds at once', async () => {
  const [before, after] = await Promise.all([
    page.start('before.ts'),
    page.start('after.ts', { MOVING: 'yes' }),
  ])
  const wrong = { username: 'alice', password: 'guess' }
  for (const { origin } of [before, after])
    expect((await post(`${origin}/login`, wrong)).status).toBe(401)
  const old = await tokens(
    await post(`${before.origin}/login`, { username: 'alice', password: 'secret' }),
  )
  expect(await status(`${after.origin}/me`, old.accessToken)).toBe(200)

  const traded = await post(`${after.origin}/refresh`, { refreshToken: old.refreshToken })
  expect(traded.status).toBe(200)
  const session = await tokens(traded)
  expect(await status(`${before.origin}/me`, session.accessToken)).toBe(200)
  expect(await status(`${after.origin}/me`, session.accessToken)).toBe(200)
  for (const { origin } of [before, after]) {
    const again = await post(`${origin}/refresh`, { refreshToken: old.refreshToken })
    expect(again.status).toBe(401)
  }

  const next = await tokens(
    await post(`${after.origin}/refresh`, { refreshToken: session.refreshToken }),
  )
  expect((await post(`${after.origin}/logout`, next)).status).toBe(204)
  expect(await status(`${after.origin}/me`, next.accessToken)).toBe(401)
  expect(await status(`${before.origin}/me`, next.accessToken)).toBe(200)
}, 90_000)

test('an old refresh token that was logged out is good nowhere', async () => {
  const [before, after] = await Promise.all([
    page.start('before.ts'),
    page.start('after.ts', { MOVING: 'yes' }),
  ])
  const login = { username: 'alice', password: 'secret' }
  const { refreshToken } = await tokens(await post(`${before.origin}/login`, login))
  expect((await post(`${after.origin}/logout`, { refreshToken })).status).toBe(204)
  for (const { origin } of [after, before])
    expect((await post(`${origin}/refresh`, { refreshToken })).status).toBe(401)
}, 90_000)

test('what is no refresh token is refused, and is no fault', async () => {
  const { origin } = await page.start('after.ts', { MOVING: 'yes' })
  const odd = [undefined, 5, '', '__proto__', 'toString']
  const answers = odd.map((refreshToken) => post(`${origin}/refresh`, { refreshToken }))
  expect((await Promise.all(answers)).map((answer) => answer.status)).toEqual(odd.map(() => 401))
}, 90_000)

test('a refresh token that was just replaced is given its successor again', async () => {
  const { origin } = await page.start('after.ts')
  const login = { username: 'alice', password: 'secret' }
  const { refreshToken } = await tokens(await post(`${origin}/login`, login))
  const refresh = async () => tokens(await post(`${origin}/refresh`, { refreshToken }))
  const next = await refresh()
  expect(next.refreshToken).not.toBe(refreshToken)
  expect((await refresh()).refreshToken).toBe(next.refreshToken)
}, 90_000)
