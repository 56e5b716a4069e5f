import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readPair, type Pair } from '../pair.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { codeOf } from '../users/second-factor/codes.js'
import { callerOf } from './calling.js'

const folder = temporaryFolder()
const shim = pathToFileURL(join(import.meta.dirname, '../../setup/shifted-clock.mjs')).href
const shiftFile = join(folder.path, 'shift')
const password = 'secret'
let service: RunningService
/** Sessions of administrators who logged in seven minutes ago: more than five, and the minute that clocks may differ. */
const old: Record<'alice' | 'auditor', Pair[]> = { alice: [], auditor: [] }
let oldCookie = ''
let oldCarol: Pair

const { call, login } = callerOf(() => service)
const auditor = { username: 'auditor', password: 'a long and quiet river', roles: ['auditor'] }
const carol = { username: 'carol', password: 'nine quiet herons in the reeds', roles: [] }

/** One that no other test uses. */
function oldLogin(username: keyof typeof old = 'alice'): Pair {
  const pair = old[username].pop()
  if (pair === undefined) throw new Error('there are not enough old logins')
  return pair
}

const confirm = (pair: Pair, given: string) =>
  call('POST /user/confirm', pair.accessToken, { password: given })

const ownPage = { 'sec-fetch-site': 'same-origin' }
const post = async (path: string, headers: Record<string, string>, body: object = {}) => {
  const answer = await fetch(service.origin + path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const cookies = answer.headers.getSetCookie()
  const cookie = cookies.map((each) => each.split(';')[0]).join('; ')
  return { status: answer.status, text: await answer.text(), cookies, cookie }
}
const consoleLogin = () => post('/console/login', ownPage, { username: 'alice', password })

const challenge = /error="insufficient_user_authentication".*max_age="300"$/

const acts: readonly [string, object?][] = [
  ['POST /admin/users', { username: 'mallory', password: 'a long and quiet river' }],
  ['PUT /admin/users/nothing', { roles: ['admin'] }],
  ['PUT /admin/users/nothing', { disabled: true }],
  ['PUT /admin/users/nothing/password', { newPassword: 'a long and quiet river' }],
  ['POST /admin/keys/rotate'],
  ['DELETE /admin/keys/nothing'],
  ['POST /admin/clients', { name: 'x', kind: 'public', grants: [], audiences: [] }],
  ['PUT /admin/clients/nothing', { name: 'x' }],
  ['DELETE /admin/clients/nothing'],
  ['POST /admin/clients/nothing/secret', {}],
  ['DELETE /admin/clients/nothing/secret/old'],
]

async function expectChallenge(pair: Pair, act: string, body?: object): Promise<void> {
  const refused = await call(act, pair.accessToken, body)
  expect([act, refused.status]).toEqual([act, 401])
  expect(refused.headers.get('www-authenticate')).toMatch(challenge)
  expect(refused.body['reason']).toBe('insufficient_user_authentication')
}

async function confirmed(pair: Pair): Promise<Pair> {
  const { status, body } = await confirm(pair, password)
  expect(status).toBe(200)
  return readPair(body)
}

beforeAll(async () => {
  writeFileSync(shiftFile, '0')
  const env = { SHIFT: shiftFile, NODE_OPTIONS: `--import ${shim}` }
  service = await startService({ dataDir: folder.path, env })
  for (let each = 0; each < 9; each++) old.alice.push(await login('alice', password))
  await call('POST /admin/users', old.alice[0]?.accessToken, auditor)
  await call('POST /admin/users', old.alice[0]?.accessToken, carol)
  oldCarol = await login(carol.username, carol.password)
  for (let each = 0; each < 2; each++)
    old.auditor.push(await login(auditor.username, auditor.password))
  oldCookie = (await consoleLogin()).cookie
  writeFileSync(shiftFile, '420')
  const { accessToken } = old.auditor[0] as Pair // two have just been made
  const now = async () => Number((await call('GET /admin/keys', accessToken)).body['now'])
  while ((await now()) < Date.now() / 1000 + 400) await sleep(20)
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

describe('after a login seven minutes ago', () => {
  let pair: Pair
  beforeEach(() => {
    pair = oldLogin()
  })

  test('every act that gives power to others is answered with the challenge, and not after a confirmation', async () => {
    for (const [act, body] of acts) await expectChallenge(pair, act, body)
    const { accessToken } = await confirmed(pair)
    // There is no such user, key or client; the others are done.
    for (const [act, body] of acts)
      expect([200, 204, 400, 404]).toContain((await call(act, accessToken, body)).status)
  })

  test('a second factor is confirmed only if the password comes with the code', async () => {
    const begin = 'POST /user/second-factor'
    const { accessToken } = oldCarol
    const begun = await call(begin, accessToken, { password: carol.password })
    const code = codeOf(String(begun.body['secret']), 420 / 30)
    await expectChallenge(oldCarol, `${begin}/confirm`, { code })
    const send = (given: string) => call(`${begin}/confirm`, accessToken, { code, password: given })
    expect((await send('a wrong and quiet river')).status).toBe(403)
    expect((await send(carol.password)).body['recoveryCodes']).toHaveLength(10)
  })

  test('a refresh is no login', async () => {
    const { refreshToken } = pair
    const { body } = await call('POST /user/refresh', undefined, { refreshToken })
    expect((await call('POST /admin/keys/rotate', readPair(body).accessToken)).status).toBe(401)
  })

  test('a confirmation goes on in the same session, and a copied refresh token gets nothing', async () => {
    const fresh = await confirmed(pair)
    expect(fresh.sid).toBe(pair.sid)
    const refresh = (refreshToken: string) =>
      call('POST /user/refresh', undefined, { refreshToken })
    // Put off for a moment: another tab may be about to hear of the new tokens.
    expect((await refresh(pair.refreshToken)).status).toBe(503)
    expect((await call('GET /user/profile', fresh.accessToken)).status).toBe(200)
    expect((await refresh(fresh.refreshToken)).status).toBe(200)
  })

  test('reading, ending sessions and revoking what is named go on', async () => {
    for (const path of ['users', 'sessions', 'keys', 'revocations', 'clients', 'traffic'])
      expect((await call(`GET /admin/${path}`, pair.accessToken)).status).toBe(200)
    const other = await login('alice', password)
    const ended = await call(`DELETE /admin/sessions/${other.sid}`, pair.accessToken)
    expect(ended.status).toBe(204)
    const revoked = { kind: 'sub', value: 'nothing' }
    expect((await call('POST /admin/revocations', pair.accessToken, revoked)).status).toBe(204)
  })

  test('what is missing besides goes first: the word that confirms, and the role', async () => {
    const unsaid = await call('POST /admin/revocations', pair.accessToken, { kind: 'all' })
    expect(unsaid.status).toBe(409)
    const { accessToken } = oldLogin('auditor')
    expect((await call('POST /admin/keys/rotate', accessToken)).status).toBe(403)
  })

  test('a wrong password is refused, counts as a login does, and changes nothing', async () => {
    expect(await confirm(pair, 'wrong')).toMatchObject({
      status: 403,
      body: { reason: 'password_refused' },
    })
    expect((await call('GET /user/profile', pair.accessToken)).status).toBe(200)
    const other = oldLogin('auditor')
    for (let tries = 0; tries < 12; tries++) await confirm(other, 'wrong')
    // Locked: the right one is refused as well, here and at the login.
    expect((await confirm(other, auditor.password)).status).toBe(403)
    const { status } = await call('POST /user/login', undefined, {
      username: auditor.username,
      password: auditor.password,
    })
    expect(status).not.toBe(200)
  })
})

test('the session of a registered app cannot be confirmed', async () => {
  const { accessToken } = await login('alice', password)
  const app = {
    name: 'App',
    kind: 'public',
    grants: ['refresh_token'],
    audiences: ['jotgate-demo'],
  }
  const scopes = ['profile:read', 'profile:write']
  const added = await call('POST /admin/clients', accessToken, { ...app, scopes })
  const { id: clientId } = added.body['client'] as { id: string }
  const own = await call('POST /user/login', undefined, { username: 'alice', password, clientId })
  expect((await confirm(readPair(own.body), password)).status).toBe(403)
})

test('a confirmation asks for a token', async () => {
  expect((await call('POST /user/confirm', undefined, { password })).status).toBe(401)
})

describe('the console', () => {
  const rotate = async (cookie: string) =>
    (
      await fetch(`${service.origin}/admin/keys/rotate`, {
        method: 'POST',
        headers: { ...ownPage, cookie },
      })
    ).status

  test('a confirmation replaces the cookies, and says no token', async () => {
    const cookie = oldCookie
    expect(await rotate(cookie)).toBe(401)
    const wrong = await post('/console/confirm', { ...ownPage, cookie }, { password: 'wrong' })
    expect([wrong.status, wrong.cookies]).toEqual([403, []])
    const right = await post('/console/confirm', { ...ownPage, cookie }, { password })
    expect([right.status, right.cookies.length]).toEqual([200, 2])
    expect(Object.keys(JSON.parse(right.text) as object).sort()).toEqual([
      ...['accessExpire', 'expiresIn', 'refreshAfter'],
    ])
    expect(await rotate(right.cookie)).toBe(200)
    expect(await rotate(cookie)).toBe(401)
  })

  test('no other page confirms, and none without the cookies', async () => {
    const { cookie } = await consoleLogin()
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://x.example' }])
      expect(
        (await post('/console/confirm', { ...(headers as object), cookie }, { password })).status,
      ).toBe(403)
    const { accessToken } = await login('alice', password)
    const bare = { ...ownPage, authorization: `Bearer ${accessToken}` }
    for (const headers of [ownPage, bare])
      expect((await post('/console/confirm', headers, { password })).status).toBe(401)
  })
})

// After these no access token of before is accepted.
test.each([
  { kind: 'client', value: 'first-party', confirm: 'first-party' },
  { kind: 'all', confirm: 'everything' },
])(
  'the revocation %j is answered with the challenge, and not after a confirmation',
  async (body) => {
    const { refreshToken } = oldLogin()
    const { body: tokens } = await call('POST /user/refresh', undefined, { refreshToken })
    const pair = readPair(tokens)
    const act = 'POST /admin/revocations'
    await expectChallenge(pair, act, body)
    const { accessToken } = await confirmed(pair)
    expect((await call(act, accessToken, body)).status).toBe(204)
  },
)
