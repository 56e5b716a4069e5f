import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSigner } from '../../../src/token/index.js'
import { ringKey } from '../forged/bench.js'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { callerOf } from '../admin/calling.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { basic, postForm, registerClients, type TestClient } from './clients-of.js'

const grant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const [shop, orders, stock, mail] = ['shop', 'orders', 'stock', 'mail'].map(
  (name) => `https://${name}.example/`,
) as [string, string, string, string] // of four names

const app: NewClient = {
  ...{ name: 'App', kind: 'public', grants: ['refresh_token'] },
  ...{ scopes: ['read', 'write'], audiences: [shop], receivesRoles: true },
}
const service: NewClient = {
  ...{ name: 'Shop', kind: 'confidential', grants: [grant] },
  ...{ scopes: ['read', 'stock'], audiences: [shop, orders] },
}
const plan = {
  app,
  shop: service,
  orders: { ...service, audiences: [orders, stock], receivesRoles: true },
  stock: { ...service, audiences: [stock, mail] },
  brief: { ...service, policy: { accessTtl: 60 } },
  door: { ...service, audiences: [shop, 'jotgate-demo'], scopes: ['profile:read', 'read'] },
  unregistered: { ...service, grants: ['client_credentials'] },
} as const satisfies Record<string, NewClient>

const folder = temporaryFolder()
let running: RunningService
let clients: Readonly<Record<keyof typeof plan, TestClient>>
const { call } = callerOf(() => running)

beforeAll(async () => {
  clients = await registerClients(folder.path, plan)
  running = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await running.stop()
  folder.remove()
})

type Form = Readonly<Record<string, string | undefined>>

async function loginAtApp() {
  const request = { username: 'alice', password: 'secret', clientId: clients.app.id }
  const { body } = await call('POST /user/login', undefined, request)
  return { token: String(body['accessToken']), refreshToken: String(body['refreshToken']) }
}

const exchange = (client: TestClient, token: string, form: Form = {}) =>
  postForm(
    `${running.origin}/oauth/token`,
    {
      ...{ grant_type: grant, subject_token: token, subject_token_type: accessToken },
      ...{ audience: orders, ...form },
    },
    basic(client),
  )

const claimsOf = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Readonly<
    Record<string, unknown>
  > // of a token of this service

test('a service exchanges the token it was called with for one of the same user and session at the next service', async () => {
  const { token } = await loginAtApp()
  const { status, body, headers } = await exchange(clients.shop, token)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  const { access_token: exchanged, expires_in: expiresIn, ...rest } = body
  expect(rest).toEqual({ issued_token_type: accessToken, token_type: 'Bearer', scope: 'read' })
  const [before, after] = [claimsOf(token), claimsOf(exchanged)]
  expect(after).toMatchObject({
    ...{ iss: before['iss'], sub: before['sub'], sid: before['sid'], aud: orders },
    ...{ client_id: clients.shop.id, scope: 'read', act: { sub: clients.shop.id } },
    ...{ auth_time: before['auth_time'], amr: ['pwd'] },
  })
  expect(after['jti']).not.toBe(before['jti'])
  // A cut-off that refuses the one refuses the other.
  expect(after['iat']).toBe(before['iat'])
  expect(after).not.toHaveProperty('roles')
  expect(after['exp']).toBeLessThanOrEqual(Number(before['exp']))
  const left = Number(after['exp']) - Date.now() / 1000
  expect(Number(expiresIn)).toBeGreaterThanOrEqual(Math.floor(left))
  expect(Number(expiresIn)).toBeLessThanOrEqual(900)
})

test('an exchanged token is refused as soon as the session ends', async () => {
  const { token, refreshToken } = await loginAtApp()
  const { body } = await exchange(clients.shop, token)
  const exchanged = String(body['access_token'])
  const ask = () =>
    postForm(`${running.origin}/oauth/introspect`, { token: exchanged }, basic(clients.orders))
  expect((await ask()).body['active']).toBe(true)
  await postForm(`${running.origin}/oauth/revoke`, {
    client_id: clients.app.id,
    token: refreshToken,
  })
  expect((await ask()).body['active']).toBe(false)
  expect((await exchange(clients.shop, token)).body['error']).toBe('invalid_grant')
})

test('a client that exchanges tokens may ask about those for itself, and not about those for the services it calls', async () => {
  const { token } = await loginAtApp()
  const exchanged = String((await exchange(clients.shop, token)).body['access_token'])
  const isActive = async (client: TestClient, asked: string) =>
    (await postForm(`${running.origin}/oauth/introspect`, { token: asked }, basic(client))).body[
      'active'
    ]
  expect(await isActive(clients.shop, token)).toBe(true)
  expect(await isActive(clients.shop, exchanged)).toBe(true) // its own
  expect(await isActive(clients.brief, exchanged)).toBe(false)
  expect(await isActive(clients.orders, exchanged)).toBe(true)
})

test('two may act, one behind the other, and a third may not; roles are there for those who may know them', async () => {
  const { token } = await loginAtApp()
  const first = String((await exchange(clients.shop, token)).body['access_token'])
  const second = await exchange(clients.orders, first, { audience: stock })
  const claims = claimsOf(second.body['access_token'])
  expect(claims['act']).toEqual({ sub: clients.orders.id, act: { sub: clients.shop.id } })
  expect(claims).not.toHaveProperty('roles')
  const third = await exchange(clients.stock, String(second.body['access_token']), {
    audience: mail,
  })
  expect([third.status, third.body['error']]).toEqual([400, 'invalid_grant'])
})

test('an exchanged token lives no longer than its client’s tokens, nor than the one it came from', async () => {
  const { token } = await loginAtApp()
  const { body } = await exchange(clients.brief, token)
  expect(body['expires_in']).toBe(60)
  const again = await exchange(clients.orders, String(body['access_token']), { audience: stock })
  expect(Number(again.body['expires_in'])).toBeLessThanOrEqual(60)
})

test.each<[string, keyof typeof plan, Form, string]>([
  ['a client that is not registered for it', 'unregistered', {}, 'unauthorized_client'],
  ['a client that the token is not for', 'orders', { audience: stock }, 'invalid_grant'],
  ['no target', 'shop', { audience: undefined }, 'invalid_request'],
  ['a target that is not registered', 'shop', { audience: stock }, 'invalid_target'],
  ['itself as the target', 'shop', { audience: shop }, 'invalid_target'],
  ['the service itself as the target', 'door', { audience: 'jotgate-demo' }, 'invalid_target'],
  ['two targets', 'shop', { resource: orders }, 'invalid_target'],
  ['a scope that the client may not have', 'shop', { scope: 'write' }, 'invalid_scope'],
  ['a scope that the token does not have', 'shop', { scope: 'stock' }, 'invalid_scope'],
  ['no subject token', 'shop', { subject_token: undefined }, 'invalid_request'],
  ['text for a subject token', 'shop', { subject_token: 'x' }, 'invalid_grant'],
  ['no subject token type', 'shop', { subject_token_type: undefined }, 'invalid_request'],
  ['another subject token type', 'shop', { subject_token_type: 'urn:x' }, 'invalid_request'],
  ['a refresh token asked for', 'shop', { requested_token_type: 'urn:x' }, 'invalid_request'],
  ['an actor token', 'shop', { actor_token: 'x' }, 'invalid_request'],
])('an exchange with %s is refused', async (...[, client, form, error]) => {
  const { token } = await loginAtApp()
  const answer = await exchange(clients[client], token, form)
  expect([answer.status, answer.body['error']]).toEqual([400, error])
  expect(answer.body).not.toHaveProperty('access_token')
})

test('a refresh token, a client’s own token and another client’s secret are refused', async () => {
  const { token, refreshToken } = await loginAtApp()
  expect((await exchange(clients.shop, refreshToken)).body['error']).toBe('invalid_grant')
  const own = await postForm(
    `${running.origin}/oauth/token`,
    { grant_type: 'client_credentials' },
    basic(clients.unregistered),
  )
  const ownToken = String(own.body['access_token'])
  expect((await exchange(clients.shop, ownToken)).body['error']).toBe('invalid_grant')
  const stranger = { id: clients.shop.id, secret: clients.orders.secret }
  expect((await exchange(stranger, token)).status).toBe(401)
})

test('an exchanged token is refused when so many sessions end that a cut-off takes the place of entries', async () => {
  const sessions = await Promise.all(Array.from({ length: 14 }, loginAtApp))
  await new Promise((resolve) => setTimeout(resolve, 1100)) // `iat` counts in seconds
  const exchanged = await Promise.all(
    sessions.map(async ({ token }) =>
      String((await exchange(clients.shop, token)).body['access_token']),
    ),
  )
  for (const { refreshToken: token } of sessions)
    await postForm(`${running.origin}/oauth/revoke`, { client_id: clients.app.id, token })
  for (const token of exchanged) {
    const { body } = await postForm(
      `${running.origin}/oauth/introspect`,
      { token },
      basic(clients.orders),
    )
    expect(body).toEqual({ active: false })
  }
})

test('a token that another party uses in place of the user opens nothing of the service', async () => {
  const { body } = await call('POST /user/login', undefined, {
    username: 'alice',
    password: 'secret',
  })
  const { sub, sid, client_id, scope, auth_time } = claimsOf(body['accessToken'])
  const sign = createSigner({
    key: await ringKey(folder.path),
    ...{ issuer: running.origin, audience: 'jotgate-demo', expiresIn: '5m', typ: 'at+jwt' },
  })
  const claims = { sub: String(sub), sid, client_id, scope, auth_time }
  const guarded = ['GET /user/profile', 'PUT /user/profile', 'GET /user/sessions']
  const operations = [...guarded, 'POST /user/logout', 'POST /user/logout-all', 'GET /admin/users']
  const token = await sign({ ...claims, act: { sub: 'somebody' } })
  for (const operation of operations) {
    const request = operation.startsWith('PUT') ? { displayName: 'Mallory' } : undefined
    expect([operation, (await call(operation, token, request)).status]).toEqual([operation, 403])
  }
  // The same without an actor is welcome.
  expect((await call('GET /user/profile', await sign(claims))).status).toBe(200)
})

test('an exchanged token opens nothing of the service', async () => {
  const { token } = await loginAtApp()
  const exchanged = String((await exchange(clients.shop, token)).body['access_token'])
  for (const operation of ['GET /user/profile', 'POST /user/logout', 'GET /admin/users'])
    expect((await call(operation, exchanged)).status).toBe(401)
})

test('a public client, and one without a target, cannot be registered for it', async () => {
  const other = temporaryFolder()
  const wrong = { ...service, kind: 'public' } as const
  await expect(registerClients(other.path, { wrong })).rejects.toThrow(/public client/)
  const alone = { ...service, audiences: [shop] }
  await expect(registerClients(other.path, { alone })).rejects.toThrow(/target/)
  other.remove()
})
