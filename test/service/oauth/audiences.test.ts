import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { callerOf } from '../admin/calling.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { basic, postForm, registerClients, type TestClient } from './clients-of.js'

const ledger = 'https://ledger.example/'
const app: NewClient = {
  ...{ name: 'App', kind: 'public', grants: ['refresh_token'] },
  ...{ scopes: ['profile:read', 'profile:write'], audiences: [ledger], receivesRoles: true },
}
const api: NewClient = {
  ...{ name: 'API', kind: 'confidential', grants: ['client_credentials'] },
  ...{ scopes: ['profile:read', 'profile:write'], audiences: [ledger] },
}
const plan = {
  app,
  both: { ...app, audiences: [ledger, 'jotgate-demo'] },
  ledger: api,
  demo: { ...api, audiences: ['jotgate-demo'] },
} as const

const folder = temporaryFolder()
let service: RunningService
let clients: Readonly<Record<keyof typeof plan, TestClient>>
const { call, login } = callerOf(() => service)

beforeAll(async () => {
  clients = await registerClients(folder.path, plan)
  service = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

/** A session of an administrator at an app. */
const loginAt = async ({ id }: TestClient) => {
  const request = { username: 'alice', password: 'secret', clientId: id }
  const { status, body } = await call('POST /user/login', undefined, request)
  expect(status).toBe(200)
  return { accessToken: String(body['accessToken']), refreshToken: String(body['refreshToken']) }
}
const audienceOf = (token: unknown) => {
  const payload = Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()
  return (JSON.parse(payload) as Record<string, unknown>)['aud']
}
const ask = (endpoint: string, client: TestClient, form: Record<string, string>) =>
  postForm(`${service.origin}/oauth/${endpoint}`, form, basic(client))
const isActive = async (client: TestClient, token: string) =>
  (await ask('introspect', client, { token })).body['active']

const guarded = [
  ...['GET /user/profile', 'PUT /user/profile', 'PUT /user/password', 'GET /user/sessions'],
  ...['DELETE /user/sessions/x', 'POST /user/logout', 'POST /user/logout-all'],
  ...['GET /admin/users', 'POST /admin/users', 'GET /admin/clients', 'POST /admin/revocations'],
]
const statuses = async (token: string) => {
  const found: [string, number][] = []
  for (const operation of guarded) {
    const body = /^P/.test(operation) ? {} : undefined
    found.push([operation, (await call(operation, token, body)).status])
  }
  return found
}

test('a token for another audience opens nothing of the service, whatever its scope and roles', async () => {
  const { accessToken } = await loginAt(clients.app)
  expect(audienceOf(accessToken)).toBe(ledger)
  expect(await statuses(accessToken)).toEqual(guarded.map((operation) => [operation, 401]))
})

test('the own token of a client opens nothing of the service, for its audience neither', async () => {
  const { body } = await ask('token', clients.demo, { grant_type: 'client_credentials' })
  const token = String(body['access_token'])
  expect(audienceOf(token)).toBe('jotgate-demo')
  expect(await statuses(token)).toEqual(guarded.map((operation) => [operation, 401]))
})

test('introspection answers a client about tokens for its audiences, and about no others', async () => {
  const { accessToken } = await loginAt(clients.app)
  expect(await isActive(clients.ledger, accessToken)).toBe(true)
  expect(await ask('introspect', clients.demo, { token: accessToken })).toMatchObject({
    body: { active: false },
  })
  const own = await login('alice', 'secret')
  expect(await isActive(clients.demo, own.accessToken)).toBe(true)
  expect(await isActive(clients.ledger, own.accessToken)).toBe(false)
})

test('a session of an app keeps its audience, and is refreshed only while the app may have it', async () => {
  const { id } = clients.both
  const { accessToken, refreshToken } = await loginAt(clients.both)
  expect(audienceOf(accessToken)).toBe(ledger)
  const refresh = (form: Record<string, string> = {}) =>
    postForm(`${service.origin}/oauth/token`, {
      ...{ grant_type: 'refresh_token', client_id: id, refresh_token: refreshToken },
      ...form,
    })
  const allow = async (...audiences: string[]) => {
    const args = audiences.flatMap((each) => ['--audience', each])
    const env = { DATA_DIR: folder.path, PORT: String(service.port) }
    expect(await runService(env, ['client', 'change', id, ...args])).toMatchObject({ code: 0 })
  }
  await allow('jotgate-demo', ledger)
  expect(audienceOf((await refresh()).body['access_token'])).toBe(ledger)
  expect((await refresh({ resource: ledger })).status).toBe(200)
  expect(await refresh({ resource: 'jotgate-demo' })).toMatchObject({
    ...{ status: 400, body: { error: 'invalid_target' } },
  })
  await allow('jotgate-demo')
  expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  await allow('jotgate-demo', ledger)
  expect(audienceOf((await refresh()).body['access_token'])).toBe(ledger)
})
