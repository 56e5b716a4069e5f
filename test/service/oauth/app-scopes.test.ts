import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { postForm, registerClients, type TestClient } from './clients-of.js'

const app = (scopes: readonly string[]): NewClient => ({
  ...{ name: 'App', kind: 'public', grants: ['refresh_token'] },
  ...{ scopes: [...scopes], audiences: ['jotgate-demo'] },
})
const plan = { invoices: app(['invoices:read']), reader: app(['profile:read']) } as const

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

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly sid: string
}

async function login(clientId?: string): Promise<Tokens> {
  const answer = await fetch(`${service.origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'secret', ...(clientId && { clientId }) }),
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Tokens
}

/** What a token is answered at each route of the user API that asks for one. */
async function statuses(token: string, sid: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  const routes = [
    ['GET', '/user/profile'],
    ['GET', '/user/sessions'],
    ['PUT', '/user/profile', '{"displayName":"Mallory"}'],
    ['PUT', '/user/password', '{"currentPassword":"x","newPassword":"y"}'],
    ['DELETE', `/user/sessions/${sid}`],
    ['POST', '/user/logout-all'],
  ] as const
  for (const [method, path, body] of routes) {
    const answer = await fetch(service.origin + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    })
    await answer.arrayBuffer()
    found[`${method} ${path.replace(sid, ':id')}`] = answer.status
  }
  return found
}

const all = (reads: number, writes: number) => ({
  'GET /user/profile': reads,
  'GET /user/sessions': reads,
  'PUT /user/profile': writes,
  'PUT /user/password': writes,
  'DELETE /user/sessions/:id': writes,
  'POST /user/logout-all': writes,
})

test('an app without scopes of the service is answered 403 everywhere, and ends no session', async () => {
  const owner = await login()
  const { accessToken } = await login(clients.invoices.id)
  expect(await statuses(accessToken, owner.sid)).toEqual(all(403, 403))
  const refreshed = await postForm(`${service.origin}/oauth/token`, {
    ...{ grant_type: 'refresh_token', client_id: 'first-party' },
    refresh_token: owner.refreshToken,
  })
  expect(refreshed.status).toBe(200)
})

test('an app that may read changes nothing, and a narrowed token loses what it gave up', async () => {
  const owner = await login()
  const reader = await login(clients.reader.id)
  expect(await statuses(reader.accessToken, owner.sid)).toEqual(all(200, 403))
  const narrowed = await postForm(`${service.origin}/oauth/token`, {
    ...{ grant_type: 'refresh_token', client_id: 'first-party', scope: 'profile:read' },
    refresh_token: owner.refreshToken,
  })
  const token = String(narrowed.body['access_token'])
  expect(await statuses(token, owner.sid)).toEqual(all(200, 403))
})

test('a first-party token administers while it is whole, and no longer once it is narrowed', async () => {
  const owner = await login()
  const users = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${service.origin}/admin/users`, { headers })).status
  }
  expect(await users(owner.accessToken)).toBe(200)
  for (const [scope, status] of [
    ['profile:read', 403],
    ['profile:write', 403],
    ['profile:write profile:read', 200],
  ] as const) {
    const { body } = await postForm(`${service.origin}/oauth/token`, {
      ...{ grant_type: 'refresh_token', client_id: 'first-party', scope },
      refresh_token: owner.refreshToken,
    })
    expect([scope, await users(String(body['access_token']))]).toEqual([scope, status])
  }
})

test('a first-party session may do all of it', async () => {
  const [owner, other] = [await login(), await login()]
  expect(await statuses(owner.accessToken, other.sid)).toMatchObject({
    'GET /user/profile': 200,
    'GET /user/sessions': 200,
    'DELETE /user/sessions/:id': 204,
    'POST /user/logout-all': 204,
  })
})
