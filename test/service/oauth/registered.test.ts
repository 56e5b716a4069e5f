import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { basic, postForm, registerClients, type TestClient } from './clients-of.js'

const billing: NewClient = {
  name: 'Billing',
  kind: 'confidential',
  grants: ['client_credentials'],
  scopes: ['invoices:read', 'invoices:write'],
  audiences: ['jotgate-demo'],
}

const app: NewClient = {
  ...{ name: 'App', kind: 'public', grants: ['refresh_token'] },
  ...{ scopes: ['profile:read'], audiences: ['jotgate-demo'] },
}
const plan = {
  billing,
  strict: { ...app, policy: { accessTtl: 60, refreshTtl: 3600, grace: 0, recoverWithin: 0 } },
  train: { ...app, policy: { grace: 0, recoverWithin: 3600 } },
  backend: { ...app, kind: 'confidential' },
} as const satisfies Record<string, NewClient>

const folder = temporaryFolder()
let service: RunningService
let clients: Readonly<Record<keyof typeof plan, TestClient>>

beforeAll(async () => {
  clients = await registerClients(folder.path, plan)
  service = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const ask = (endpoint: string, client: TestClient, form: Record<string, string>) =>
  postForm(`${service.origin}/oauth/${endpoint}`, form, basic(client))
const refused = (status: number, error: string) => ({ status, body: { error } })
const own = { grant_type: 'client_credentials' }
const tokenOf = async (client: TestClient) =>
  String((await ask('token', client, own)).body['access_token'])
const isActive = async (client: TestClient, token: string) =>
  (await ask('introspect', client, { token })).body['active']

const login = async (clientId: string, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await fetch(`${service.origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ username: 'alice', password: 'secret', clientId }),
  })
  const body = (await answer.json()) as Record<string, unknown>
  return { status: answer.status, body }
}
const refresh = (token: unknown, client: TestClient) =>
  postForm(
    `${service.origin}/oauth/token`,
    { grant_type: 'refresh_token', refresh_token: String(token), client_id: client.id },
    client.secret === '' ? {} : basic(client),
  )
const get = async (path: string, token: unknown) => {
  const headers = { authorization: `Bearer ${String(token)}` }
  const answer = await fetch(service.origin + path, { headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** Times are whole seconds: without a grace a token is replaced for certain when the second is over. */
const aSecond = () => sleep(1100)

describe('a session of an app', () => {
  test('a session of an app has the app’s name, scope and times', async () => {
    const { status, body } = await login(clients.strict.id)
    expect(status).toBe(200)
    expect(body).toMatchObject({ expiresIn: 60, scope: 'profile:read' })
    const sessions = await get('/user/sessions', body['accessToken'])
    const own = (sessions.body['sessions'] as Record<string, unknown>[]).find(
      ({ current }) => current === true,
    )
    expect(own).toMatchObject({ client: clients.strict.id })
    expect(Number(own?.['expiresAt']) - Number(own?.['createdAt'])).toBe(3600)
  })

  test('a session of an app is refreshed by the app and by no other client', async () => {
    const { refreshToken } = (await login(clients.backend.id, basic(clients.backend))).body
    const { id } = clients.backend
    for (const other of [clients.strict, { id: 'first-party', secret: '' }])
      expect(await refresh(refreshToken, other)).toMatchObject(refused(400, 'invalid_grant'))
    expect(await refresh(refreshToken, { id, secret: '' })).toMatchObject(
      refused(401, 'invalid_client'),
    )
    const first = await fetch(`${service.origin}/user/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    })
    expect(first.status).toBe(401)
    expect((await refresh(refreshToken, clients.backend)).status).toBe(200)
  })

  test('a session of an app ends when a replaced token comes again and the app is strict', async () => {
    const { accessToken, refreshToken } = (await login(clients.strict.id)).body
    const next = await refresh(refreshToken, clients.strict)
    expect(next.body).toMatchObject({ expires_in: 60 })
    expect((await get('/user/profile', accessToken)).status).toBe(200)
    await aSecond()
    expect((await refresh(refreshToken, clients.strict)).status).toBe(400)
    expect((await get('/user/profile', accessToken)).status).toBe(401)
    expect((await refresh(next.body['refresh_token'], clients.strict)).status).toBe(400)
  })

  test('a session of an app is recovered when a reply was lost and the app is often offline', async () => {
    const { refreshToken } = (await login(clients.train.id)).body
    const lost = await refresh(refreshToken, clients.train)
    await aSecond()
    const again = await refresh(refreshToken, clients.train)
    expect(again.status).toBe(200)
    expect(again.body['refresh_token']).not.toBe(lost.body['refresh_token'])
  })

  test('a session of an app administers nothing, even if its user is an administrator', async () => {
    const { accessToken } = (await login(clients.train.id)).body
    expect((await get('/user/profile', accessToken)).body['roles']).toEqual(['admin'])
    expect((await get('/admin/users', accessToken)).status).toBe(403)
  })

  test('a confidential client proves at the login that it is the one it names', async () => {
    const { backend, billing: other } = clients
    const wrong = { id: backend.id, secret: other.secret }
    for (const headers of [{}, basic(wrong), basic(other), { authorization: 'Bearer x' }]) {
      const { status, body } = await login(backend.id, headers)
      expect([status, body['reason']]).toEqual([401, 'invalid_client'])
    }
    expect((await login(backend.id, basic(backend))).status).toBe(200)
  })

  test('a session of an app is begun by no client without sessions', async () => {
    for (const id of [clients.billing.id, 'client-AAAAAAAAAAAAAAAAAAAAAA', 'x', '\0']) {
      const { status, body } = await login(id)
      expect(status).toBe(400)
      expect(String(body['detail'])).toMatch(/^clientId: /)
    }
  })
})

describe('a client that is disabled', () => {
  test('a disabled client gets no token, its tokens are refused, and it can be enabled again', async () => {
    const { victim } = await registerClients(folder.path, { victim: billing })
    const token = await tokenOf(victim)
    expect(await isActive(clients.billing, token)).toBe(true)
    const run = (verb: string) =>
      runService({ DATA_DIR: folder.path, PORT: String(service.port) }, ['client', verb, victim.id])
    expect(await run('disable')).toMatchObject({ code: 0 })
    expect(await ask('token', victim, own)).toMatchObject(refused(401, 'invalid_client'))
    await expect.poll(() => isActive(clients.billing, token)).toBe(false)
    expect(await run('enable')).toMatchObject({ code: 0 })
    const next = async () => isActive(clients.billing, await tokenOf(victim))
    await expect.poll(next).toBe(true)
    expect(await isActive(clients.billing, token)).toBe(false)
  })

  test('a disabled client begins no session, and those it has are refused and not refreshed', async () => {
    const { victim } = await registerClients(folder.path, { victim: app })
    const { accessToken, refreshToken } = (await login(victim.id)).body
    expect((await get('/user/profile', accessToken)).status).toBe(200)
    const env = { DATA_DIR: folder.path, PORT: String(service.port) }
    expect(await runService(env, ['client', 'disable', victim.id])).toMatchObject({ code: 0 })
    await expect.poll(async () => (await get('/user/profile', accessToken)).status).toBe(401)
    expect(await refresh(refreshToken, victim)).toMatchObject(refused(401, 'invalid_client'))
    expect((await login(victim.id)).status).toBe(400)
  })
})

describe('metadata (RFC 8414)', () => {
  test('the metadata (RFC 8414) names endpoints that are there, and nothing else', async () => {
    const answer = await fetch(`${service.origin}/.well-known/oauth-authorization-server`)
    const metadata = (await answer.json()) as Record<string, string | string[]>
    expect(metadata['issuer']).toBe(service.origin)
    expect(metadata['grant_types_supported']).toEqual([
      'client_credentials',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ])
    expect(metadata['response_types_supported']).toEqual([])
    expect(metadata).not.toHaveProperty('authorization_endpoint')
    const named = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name))
    expect(named).toHaveLength(4)
    for (const [name, url] of named) {
      const { status } = await fetch(String(url), { method: name === 'jwks_uri' ? 'GET' : 'POST' })
      expect([name, status]).toEqual([name, name === 'jwks_uri' ? 200 : 401])
    }
  })
})
