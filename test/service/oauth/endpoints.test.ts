import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { basic, postForm, registerClients, type TestClient } from './clients-of.js'

const billing: NewClient = {
  name: 'Billing',
  kind: 'confidential',
  grants: ['client_credentials'],
  scopes: ['invoices:read', 'invoices:write'],
  audiences: ['jotgate-demo', 'https://invoices.example/api'],
}
const plan = {
  billing,
  short: { ...billing, policy: { accessTtl: 60 } },
  stranger: { ...billing, audiences: ['https://elsewhere.example/'] },
  backend: { ...billing, grants: ['refresh_token'] },
  app: { ...billing, kind: 'public', grants: ['refresh_token'] },
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

type Form = Record<string, string | undefined> | string
const ask = (endpoint: string, client: TestClient, form: Form) =>
  postForm(`${service.origin}/oauth/${endpoint}`, form, basic(client))
const refused = (status: number, error: string) => ({ status, body: { error } })
const own = { grant_type: 'client_credentials' }
const tokenOf = async (client: TestClient, form: Record<string, string> = {}) =>
  String((await ask('token', client, { ...own, ...form })).body['access_token'])
const isActive = async (client: TestClient, token: string) =>
  (await ask('introspect', client, { token })).body['active']
const profile = async (token: string) =>
  (await fetch(`${service.origin}/user/profile`, { headers: { authorization: `Bearer ${token}` } }))
    .status

interface Pair {
  accessToken: string
  refreshToken: string
}
const login = async () => {
  const answer = await fetch(`${service.origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password: 'secret' }),
  })
  return (await answer.json()) as Pair
}
const firstParty = (endpoint: string, form: Record<string, string>) =>
  postForm(`${service.origin}/oauth/${endpoint}`, { client_id: 'first-party', ...form })

describe('client_credentials', () => {
  test('client_credentials gives an RFC 9068 token that a stock library verifies, and no refresh token', async () => {
    const { status, headers, body } = await ask('token', clients.billing, own)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    const { access_token: token, ...rest } = body
    expect(rest).toEqual({
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'invoices:read invoices:write',
    })
    const keys = createRemoteJWKSet(new URL(`${service.origin}/.well-known/jwks.json`))
    const { payload, protectedHeader } = await jwtVerify(String(token), keys, {
      ...{ issuer: service.origin, audience: 'jotgate-demo', typ: 'at+jwt' },
    })
    expect(protectedHeader.alg).toBe('ES256')
    const { iat = 0, exp, jti, ...claims } = payload
    expect(exp).toBe(iat + 900)
    expect(jti).toMatch(/^[\w-]{22}$/)
    expect(claims).toEqual({
      ...{ iss: service.origin, aud: 'jotgate-demo' },
      ...{ sub: clients.billing.id, client_id: clients.billing.id },
      scope: 'invoices:read invoices:write',
    })
  })

  test('client_credentials takes the secret in the body just as well', async () => {
    const { id: client_id, secret: client_secret } = clients.billing
    const answer = await postForm(`${service.origin}/oauth/token`, {
      ...{ ...own, client_id, client_secret },
    })
    expect(answer.status).toBe(200)
  })

  test('client_credentials narrows the scope, and never widens it', async () => {
    const narrow = await ask('token', clients.billing, { ...own, scope: 'invoices:read' })
    expect(narrow.body).toMatchObject({ scope: 'invoices:read' })
    expect(decodeJwt(String(narrow.body['access_token']))['scope']).toBe('invoices:read')
    for (const scope of ['admin', 'invoices:read admin', 'invoices:read  invoices:write', ' ', '"'])
      expect(await ask('token', clients.billing, { ...own, scope })).toMatchObject(
        refused(400, 'invalid_scope'),
      )
  })

  test('a token of client_credentials is for the resource asked for, out of those allowed (RFC 8707)', async () => {
    const resource = 'https://invoices.example/api'
    expect(decodeJwt(await tokenOf(clients.billing, { resource })).aud).toBe(resource)
    const both = await ask(
      ...(['token', clients.billing] as const),
      `grant_type=client_credentials&resource=jotgate-demo&resource=${encodeURIComponent(resource)}`,
    )
    expect(decodeJwt(String(both.body['access_token'])).aud).toEqual(['jotgate-demo', resource])
    for (const other of ['https://invoices.example/api/', 'https://evil.example/', 'JOTGATE-DEMO'])
      expect(await ask('token', clients.billing, { ...own, resource: other })).toMatchObject(
        refused(400, 'invalid_target'),
      )
  })

  test('a token of client_credentials lives as long as the client’s policy says', async () => {
    const { body } = await ask('token', clients.short, own)
    expect(body['expires_in']).toBe(60)
    const { iat = 0, exp } = decodeJwt(String(body['access_token']))
    expect(exp).toBe(iat + 60)
  })

  test('client_credentials is for the clients that it was granted to', async () => {
    for (const form of [own, { ...own, client_id: clients.backend.id }])
      expect(await ask('token', clients.backend, form)).toMatchObject(
        refused(400, 'unauthorized_client'),
      )
  })

  test('a token of client_credentials opens nothing that is a user’s', async () => {
    const token = await tokenOf(clients.billing)
    const routes = [
      'GET /user/profile',
      'PUT /user/profile',
      'GET /user/sessions',
      'DELETE /user/sessions/x',
      'PUT /user/password',
      'POST /user/logout-all',
      'POST /user/logout',
      'GET /admin/users',
    ]
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ')
      const headers = { authorization: `Bearer ${token}` }
      const { status } = await fetch(service.origin + path, { method, headers })
      expect([route, status]).toEqual([route, 401])
    }
  })
})

describe('refresh_token', () => {
  const refresh = (refreshToken: string, more: Record<string, string> = {}) =>
    firstParty('token', { grant_type: 'refresh_token', refresh_token: refreshToken, ...more })

  test('refresh_token refreshes a session of the login in OAuth’s words', async () => {
    const { refreshToken } = await login()
    const { status, headers, body } = await refresh(refreshToken)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(Object.keys(body).sort()).toEqual([
      ...['access_expire', 'access_token', 'expires_in', 'refresh_after', 'refresh_token'],
      ...['scope', 'token_type'],
    ])
    expect(await profile(String(body['access_token']))).toBe(200)
    expect((await refresh(refreshToken)).body['refresh_token']).toBe(body['refresh_token'])
  })

  test('refresh_token narrows the scope of the access token, and never widens it', async () => {
    const { refreshToken } = await login()
    const { body } = await refresh(refreshToken, { scope: 'profile:read' })
    expect(decodeJwt(String(body['access_token']))['scope']).toBe('profile:read')
    expect(await refresh(refreshToken, { scope: 'profile:read admin' })).toMatchObject(
      refused(400, 'invalid_scope'),
    )
    expect((await refresh(refreshToken, { resource: 'jotgate-demo' })).status).toBe(200)
    expect(await refresh(refreshToken, { resource: 'https://x.example' })).toMatchObject(
      refused(400, 'invalid_target'),
    )
  })

  test('a refresh token is refused to every other client, and the session lives', async () => {
    const { refreshToken } = await login()
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    expect(await ask('token', clients.backend, form)).toMatchObject(refused(400, 'invalid_grant'))
    const app = { ...form, client_id: clients.app.id }
    expect(await postForm(`${service.origin}/oauth/token`, app)).toMatchObject(
      refused(400, 'invalid_grant'),
    )
    expect(await ask('token', clients.billing, form)).toMatchObject(
      refused(400, 'unauthorized_client'),
    )
    expect((await refresh(refreshToken)).status).toBe(200)
  })

  test('refresh_token answers only invalid_grant to what is no refresh token', async () => {
    const { accessToken } = await login()
    const answers = []
    for (const token of ['x', accessToken, 'A'.repeat(76), await tokenOf(clients.billing)])
      answers.push(await refresh(token))
    for (const { status, body } of answers) {
      expect(status).toBe(400)
      expect(body).toEqual({
        ...{ error: 'invalid_grant', error_description: 'the grant is not valid' },
      })
    }
  })
})

describe('revocation (RFC 7009)', () => {
  test('revocation of a client’s own access token refuses it from then on', async () => {
    const [token, other] = [await tokenOf(clients.billing), await tokenOf(clients.billing)]
    expect(await isActive(clients.billing, token)).toBe(true)
    for (const hint of [undefined, 'access_token', 'refresh_token', 'nonsense']) {
      const answer = await ask('revoke', clients.billing, { token, token_type_hint: hint })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({})
    }
    expect(await isActive(clients.billing, token)).toBe(false)
    expect(await isActive(clients.billing, other)).toBe(true)
  })

  test('revocation of a refresh token ends its session, access tokens included', async () => {
    const { accessToken, refreshToken } = await login()
    expect((await firstParty('revoke', { token: refreshToken })).status).toBe(200)
    expect(await profile(accessToken)).toBe(401)
    const again = { grant_type: 'refresh_token', refresh_token: refreshToken }
    expect(await firstParty('token', again)).toMatchObject({ status: 400 })
    expect((await firstParty('revoke', { token: refreshToken })).status).toBe(200)
  })

  test('revocation of what is no token changes nothing, and is 200', async () => {
    for (const token of ['x', 'a.b.c', 'A'.repeat(76), '\0', '☃', 'ey'.repeat(2000)])
      expect((await ask('revoke', clients.billing, { token })).status).toBe(200)
  })

  test('revocation of another client’s token is refused, and the token lives', async () => {
    const token = await tokenOf(clients.billing)
    expect(await ask('revoke', clients.short, { token })).toMatchObject(
      refused(400, 'invalid_grant'),
    )
    expect(await isActive(clients.billing, token)).toBe(true)
    const { accessToken, refreshToken } = await login()
    for (const each of [accessToken, refreshToken])
      expect(await ask('revoke', clients.backend, { token: each })).toMatchObject(
        refused(400, 'invalid_grant'),
      )
    expect(await profile(accessToken)).toBe(200)
  })
})

describe('introspection (RFC 7662)', () => {
  test('introspection says what is in a good token, for whom it is and to whom it belongs', async () => {
    const token = await tokenOf(clients.billing, { resource: 'https://invoices.example/api' })
    const { status, headers, body } = await ask('introspect', clients.short, { token })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({ ...decodeJwt(token), active: true, token_type: 'Bearer' })
    const users = (await login()).accessToken
    expect((await ask('introspect', clients.billing, { token: users })).body).toMatchObject({
      ...{ active: true, client_id: 'first-party', sub: 'demo:alice' },
    })
    expect(await isActive(clients.stranger, await tokenOf(clients.stranger))).toBe(true)
  })

  test('introspection says nothing about any other token', async () => {
    const token = await tokenOf(clients.billing)
    const { accessToken, refreshToken } = await login()
    const broken = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`
    const questions: [TestClient, string][] = [
      ...[token, accessToken].map((each): [TestClient, string] => [clients.stranger, each]),
      ...[broken, refreshToken, 'x', '\0', 'a.b.c', 'A'.repeat(76)].map(
        (each): [TestClient, string] => [clients.billing, each],
      ),
    ]
    for (const [client, each] of questions) {
      const { status, body } = await ask('introspect', client, { token: each })
      expect(status).toBe(200)
      expect(body).toEqual({ active: false })
    }
  })

  test('introspection is for clients that have a secret', async () => {
    const token = await tokenOf(clients.billing)
    for (const client_id of [clients.app.id, 'first-party'])
      expect(
        await postForm(`${service.origin}/oauth/introspect`, { client_id, token }),
      ).toMatchObject(refused(401, 'invalid_client'))
  })
})

test('no secret and no token of all this is in the log', () => {
  const log = service.output()
  expect(log).toContain('/oauth/token')
  for (const { secret } of Object.values(clients))
    if (secret !== '') expect(log).not.toContain(secret)
  expect(log).not.toMatch(/eyJ|Basic [A-Za-z0-9+/]{9}/)
})
