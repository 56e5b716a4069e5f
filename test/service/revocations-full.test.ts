import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqlite, sqliteStores } from 'jotgate/stores/sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../setup/server.js'
import { postForm } from './oauth/clients-of.js'
import { readPair, type Pair } from './pair.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from './running-service.js'

const issuer = 'https://auth.example'
const password = 'a long and quiet river'
const folder = temporaryFolder()
let service: RunningService
let file: Awaited<ReturnType<typeof openSqlite>>
let admin: Pair

beforeAll(async () => {
  const config = join(folder.path, 'jotgate.yaml')
  writeFileSync(
    config,
    `issuer: ${issuer}\naudience: api\nhosts: [auth.example]\nmaxRevocations: 1000\nrecoverWithin: 0\n`,
  )
  const env = { JOTGATE_CONFIG: config, DATA_DIR: folder.path }
  const users = [['mallory'], ['victim'], ['another'], ['root', 'admin']]
  for (const [name = '', ...more] of users)
    expect((await runService(env, ['user', 'add', name, ...more], password)).code).toBe(0)
  service = await startService({ dataDir: folder.path, env })
  file = await openSqlite(join(folder.path, 'jotgate.db'))
  admin = await login('root')
})
afterAll(async () => {
  await service.stop()
  file.close()
  folder.remove()
})

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

interface Sent {
  readonly token?: string
  readonly json?: object
}

async function call(method: string, path: string, { token, json }: Sent = {}): Promise<Answer> {
  const answer = await fetch(service.origin + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] }
}

async function login(username: string): Promise<Pair> {
  return readPair((await call('POST', '/user/login', { json: { username, password } })).body)
}

const refresh = (refreshToken: string) => call('POST', '/user/refresh', { json: { refreshToken } })

const revokeToken = (token: string) =>
  postForm(`${service.origin}/oauth/revoke`, { client_id: 'first-party', token })

async function entries(): Promise<number> {
  return Number(
    (await call('GET', '/admin/revocations', { token: admin.accessToken })).body['entries'],
  )
}

/** Adds entries as another process would, until the service knows them. */
async function fillUpTo(count: number): Promise<void> {
  const expiresAt = Math.floor(Date.now() / 1000) + 3600
  const missing = count - (await entries())
  await sqliteStores(file).revocations.add(
    Array.from({ length: missing }, (_, index) => ({
      ...{ kind: 'jti', issuer, value: `filler-${String(count)}-${String(index)}`, expiresAt },
    })), // of one kind
  )
  expect(await until(20_000, async () => (await entries()) >= count)).toBe(true)
}

test('one user who revokes token after token makes nine entries at most, and goes on being logged in', async () => {
  const before = await entries()
  let pair = await login('mallory')
  for (let round = 0; round < 40; round++) {
    pair = readPair((await refresh(pair.refreshToken)).body)
    expect((await revokeToken(pair.accessToken)).status).toBe(200)
    expect((await call('GET', '/user/profile', { token: pair.accessToken })).status).toBe(401)
  }
  const made = (await entries()) - before
  expect(made).toBeGreaterThan(7)
  expect(made).toBeLessThan(10)
  expect((await refresh(pair.refreshToken)).status).toBe(200)
})

test('a list that is full for logouts ends their sessions all the same, and has room for the rest', async () => {
  await fillUpTo(900)
  const [loggedOut, thief, disabled] = [
    await login('victim'),
    await login('victim'),
    await login('mallory'),
  ]
  expect((await call('POST', '/user/logout', { token: loggedOut.accessToken })).status).toBe(503)
  expect((await refresh(loggedOut.refreshToken)).status).toBe(401)
  const own = await login('victim')
  const json = { currentPassword: password, newPassword: 'eleven purple giraffes dance' }
  expect((await call('PUT', '/user/password', { token: own.accessToken, json })).status).toBe(204)
  expect((await call('GET', '/user/profile', { token: thief.accessToken })).status).toBe(401)
  expect((await refresh(thief.refreshToken)).status).toBe(401)
  const { body } = await call('GET', '/admin/users', { token: admin.accessToken })
  const users = body['users'] as readonly { readonly id: string; readonly username: string }[]
  const id = users.find(({ username }) => username === 'mallory')?.id ?? ''
  const change = { token: admin.accessToken, json: { disabled: true } }
  expect((await call('PUT', `/admin/users/${id}`, change)).status).toBe(200)
  expect((await call('GET', '/user/profile', { token: disabled.accessToken })).status).toBe(401)
  expect((await refresh(disabled.refreshToken)).status).toBe(401)
})

test('a list that is quite full answers 503, and still ends the sessions of whom it is about', async () => {
  await fillUpTo(1000)
  const [one, other] = [await login('another'), await login('another')]
  expect((await call('POST', '/user/logout-all', { token: one.accessToken })).status).toBe(503)
  for (const { refreshToken } of [one, other])
    expect((await refresh(refreshToken)).status).toBe(401)
})
