import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from './running-service.js'

interface Pair {
  accessToken: string
  refreshToken: string
  sid: string
}

interface Session {
  id: string
  current: boolean
  client: string
  userAgent: string
  createdAt: number
  lastUsedAt: number
  expiresAt: number
}

const folder = temporaryFolder()
const config = join(folder.path, 'jotgate.yaml')
const firstPassword = 'eleven herons over a weir'
let service: RunningService

beforeAll(async () => {
  await runService({ DATA_DIR: folder.path }, ['user', 'add', 'root', 'admin'], firstPassword)
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n' +
      'loginLimits: { account: 100, address: 1000, service: 10000 }\n',
  )
  service = await startService({ dataDir: folder.path, env: { JOTGATE_CONFIG: config } })
  const { accessToken } = await login('root')
  for (const username of ['bob', 'carol', 'dave', 'erin']) {
    const added = { username, password: firstPassword }
    expect((await call('POST /admin/users', accessToken, added)).status).toBe(200)
  }
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const call = (operation: string, token: string, body?: unknown) => {
  const [method = '', path = ''] = operation.split(' ')
  return fetch(service.origin + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}
const tryLogin = (username: string, password: string, userAgent = 'test') =>
  fetch(`${service.origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ username, password }),
  })
const login = async (username: string, password = firstPassword, userAgent?: string) =>
  (await (await tryLogin(username, password, userAgent)).json()) as Pair
const sessionsOf = async ({ accessToken }: Pair) =>
  ((await (await call('GET /user/sessions', accessToken)).json()) as { sessions: Session[] })
    .sessions
const statusOf = async ({ accessToken }: Pair) =>
  (await call('GET /user/profile', accessToken)).status
const refreshStatus = async ({ refreshToken }: Pair) =>
  (
    await fetch(`${service.origin}/user/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    })
  ).status

describe('the sessions of a user', () => {
  test('a user’s own sessions are listed with the current one marked, the last use by the hour', async () => {
    const one = await login('bob', firstPassword, 'a phone')
    const two = await login('bob', firstPassword, 'a desk')
    await login('carol')
    const sessions = await sessionsOf(two)
    expect(new Set(sessions.map(({ id }) => id))).toEqual(new Set([one.sid, two.sid]))
    expect(sessions.filter(({ current }) => current).map(({ id }) => id)).toEqual([two.sid])
    expect(sessions.find(({ id }) => id === one.sid)?.userAgent).toBe('a phone')
    for (const { createdAt, lastUsedAt, expiresAt } of sessions) {
      expect(lastUsedAt === createdAt || lastUsedAt % 3600 === 0).toBe(true)
      expect(expiresAt).toBe(createdAt + 30 * 86_400)
    }
    const text = JSON.stringify(sessions)
    for (const { refreshToken } of [one, two]) {
      const session = Buffer.from(refreshToken, 'base64url').subarray(5, 21)
      expect(text).not.toContain(session.toString('base64url'))
    }
  })

  test('one ends by its id, with its access and its refresh token; again is the same as once', async () => {
    const [own, other] = [await login('bob'), await login('bob')]
    const end = async () =>
      (await call(`DELETE /user/sessions/${other.sid}`, own.accessToken)).status
    expect([await end(), await end()]).toEqual([204, 204])
    expect([await statusOf(other), await refreshStatus(other)]).toEqual([401, 401])
    expect(await statusOf(own)).toBe(200)
    expect((await sessionsOf(own)).map(({ id }) => id)).not.toContain(other.sid)
  })

  test('the session of somebody else is answered as one that never was, and goes on', async () => {
    const [bob, carol] = [await login('bob'), await login('carol')]
    const bodies = []
    for (const id of [carol.sid, 'A'.repeat(carol.sid.length), '%00', "'--", 'x'.repeat(100)]) {
      const answer = await call(`DELETE /user/sessions/${id}`, bob.accessToken)
      expect([id.slice(0, 30), answer.status]).toEqual([id.slice(0, 30), 404])
      bodies.push(await answer.text())
    }
    expect(new Set(bodies).size).toBe(1)
    expect([await statusOf(carol), await refreshStatus(carol)]).toEqual([200, 200])
  })

  test('all end at once, the one that asks too', async () => {
    const pairs = [await login('carol'), await login('carol'), await login('carol')]
    const [asking] = pairs
    expect((await call('POST /user/logout-all', asking?.accessToken ?? '')).status).toBe(204)
    for (const pair of pairs)
      expect([await statusOf(pair), await refreshStatus(pair)]).toEqual([401, 401])
    expect(await statusOf(await login('carol'))).toBe(200)
  })

  test('nothing of it opens without a token', async () => {
    const calls = [
      ['GET', '/user/sessions'],
      ['DELETE', '/user/sessions/x'],
      ['POST', '/user/logout-all'],
      ['PUT', '/user/password'],
    ] as const
    for (const [method, path] of calls)
      expect((await fetch(service.origin + path, { method })).status).toBe(401)
  })
})

describe('a change of password', () => {
  const change = (pair: Pair, currentPassword: string, newPassword: string) =>
    call('PUT /user/password', pair.accessToken, { currentPassword, newPassword })

  test('a change of password ends every other session, and only the new password logs in', async () => {
    const [own, thief] = [await login('dave'), await login('dave')]
    const next = 'nine otters asleep in reeds'
    expect((await change(own, firstPassword, next)).status).toBe(204)
    expect([await statusOf(thief), await refreshStatus(thief)]).toEqual([401, 401])
    expect([await statusOf(own), await refreshStatus(own)]).toEqual([200, 200])
    expect((await tryLogin('dave', firstPassword)).status).toBe(401)
    expect((await tryLogin('dave', next)).status).toBe(200)
  })

  test('a change of password asks for the old password, and changes nothing without it', async () => {
    const [own, other] = [await login('bob'), await login('bob')]
    const answer = await change(own, 'not the old password', 'nine otters asleep in reeds')
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ reason: 'password_refused' })
    expect(await statusOf(other)).toBe(200)
    expect((await tryLogin('bob', firstPassword)).status).toBe(200)
  })

  test.each([
    ['🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦🦦', 'at least 15 characters'], // 14, of 28 UTF-16 units
    ['passwordpassword', 'easily guessed'],
    ['P@ssw0rdP@ssw0rd', 'easily guessed'],
    ['jotgate-jotgate-jotgate', 'easily guessed'],
    ['bob.bob.bob.bob.bob', 'easily guessed'],
    ['€'.repeat(342), 'at most 1024 bytes'],
    ['a lone half of a pair \ud83e', 'valid Unicode text'],
  ])('a change of password refuses %j and never repeats it', async (password, reason) => {
    const own = await login('bob')
    const answer = await change(own, firstPassword, password)
    const text = await answer.text()
    expect([answer.status, text]).toEqual([400, expect.stringContaining(reason)])
    expect(text).not.toContain(password)
    expect(service.output()).not.toContain(password)
  })

  test('a change of password takes emoji and spaces, in whichever Unicode form they are typed later', async () => {
    const own = await login('erin')
    const composed = 'café, 🦦 und fünf Reiher'.normalize('NFC')
    expect((await change(own, firstPassword, composed)).status).toBe(204)
    expect((await tryLogin('erin', composed.normalize('NFD'))).status).toBe(200)
    expect((await change(own, composed, firstPassword)).status).toBe(204)
  })

  test('of two changes of password at once one is made, and no login on its way outlives it', async () => {
    const own = await login('erin')
    const next = ['nine otters asleep in reeds', 'seven geese behind the barn'] as const
    const logins = Array.from({ length: 30 }, async (_, index) => {
      await sleep(index * 8) // so that some have read the old hash and wait for their turn when it is replaced
      return tryLogin('erin', firstPassword)
    })
    const changes = await Promise.all(next.map((each) => change(own, firstPassword, each)))
    expect(changes.map(({ status }) => status).sort()).toEqual([204, 403])
    for (const answer of await Promise.all(logins)) {
      if (answer.status !== 200) continue
      const pair = (await answer.json()) as Pair
      expect([await statusOf(pair), await refreshStatus(pair)]).toEqual([401, 401])
    }
    const works = await Promise.all(next.map(async (each) => (await tryLogin('erin', each)).status))
    expect(works.sort()).toEqual([200, 401])
  })
})

test('a user is added by the same rules', async () => {
  const cases = [
    ['frank', 'frank.frank.frank.frank', 'easily guessed'],
    ['frank', 'fourteen chars', 'at least 15 characters'],
  ] as const
  for (const [name, password, reason] of cases) {
    const { code, output } = await runService(
      { DATA_DIR: folder.path, JOTGATE_CONFIG: config },
      ['user', 'add', name],
      password,
    )
    expect([code, output]).toEqual([1, expect.stringContaining(reason)])
    expect(output).not.toContain(password)
  }
})
