import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { callerOf } from '../admin/calling.js'
import { temporaryFolder, type RunningService } from '../running-service.js'
import { startTwo, type TwoProcesses } from '../two-processes.js'
import { basic, postForm, type TestClient } from './clients-of.js'

const user = { args: ['root', 'admin'], password: 'nine otters under a bridge' }
const folders: { remove(): void }[] = []
let postgres: PostgresServer
let two: TwoProcesses

beforeAll(async () => {
  postgres = await startPostgres()
  const folder = () => {
    const made = temporaryFolder()
    folders.push(made)
    return made.path
  }
  two = await startTwo({ database: postgres.url, folder, user })
})
afterAll(async () => {
  for (const service of [two.a, two.b]) await service.stop()
  await postgres.stop()
  for (const made of folders) made.remove()
})

const billing = {
  ...{ name: 'Billing', kind: 'confidential', grants: ['client_credentials'] },
  ...{ scopes: ['invoices:read', 'invoices:write'], audiences: ['api'] },
}
const app = {
  ...{ name: 'App', kind: 'confidential', grants: ['refresh_token'] },
  ...{ scopes: ['profile:read'], audiences: ['api'] },
}

/** Calls the administrators' API of one process, with a login at it. */
async function administer({ service }: Place, operation: string, body?: unknown) {
  const { call, login } = callerOf(() => service)
  const { accessToken } = await login('root', user.password)
  const answer = await call(operation, accessToken, body)
  expect(answer.status).toBeLessThan(300)
  return answer.body
}

async function register(place: Place, client: object): Promise<TestClient> {
  const body = await administer(place, 'POST /admin/clients', client)
  const { client: made, secret } = body as { client: { id: string }; secret: string }
  return { id: made.id, secret }
}

/** One of the two processes, and its OAuth endpoints. */
interface Place {
  readonly service: RunningService
  ask(
    endpoint: 'token' | 'revoke' | 'introspect',
    client: TestClient,
    form: Readonly<Record<string, string>>,
  ): ReturnType<typeof postForm>
}

const places = (): readonly [Place, Place] => {
  const at = (service: RunningService): Place => ({
    service,
    ask: (endpoint, client, form) =>
      postForm(`${service.origin}/oauth/${endpoint}`, form, basic(client)),
  })
  return [at(two.a), at(two.b)]
}

const own = { grant_type: 'client_credentials' }
const tokenAt = async (place: Place, client: TestClient) => {
  const { status, body } = await place.ask('token', client, own)
  expect(status).toBe(200)
  return String(body['access_token'])
}
const isActive = async (place: Place, client: TestClient, token: string) =>
  (await place.ask('introspect', client, { token })).body['active']
/** What is revoked at one process is refused at the other within a second or two. */
const soon = { timeout: 10_000, interval: 100 }

describe('a client that was registered at one of two processes', () => {
  test('a client that is registered at one process gets tokens at the other, which are good at both', async () => {
    const [a, b] = places()
    const client = await register(a, billing)
    const answer = await b.ask('token', client, { ...own, scope: 'invoices:read' })
    expect([answer.status, answer.body['scope']]).toEqual([200, 'invoices:read'])
    const token = String(answer.body['access_token'])
    for (const place of [a, b]) {
      const { body } = await place.ask('introspect', client, { token })
      expect(body).toMatchObject({ active: true, sub: client.id, scope: 'invoices:read' })
    }
  })

  test('a client ends a token of one process at the other, and no other of its tokens', async () => {
    const [a, b] = places()
    const client = await register(a, billing)
    const [ended, kept] = [await tokenAt(b, client), await tokenAt(b, client)]
    for (const place of [a, b]) expect(await isActive(place, client, ended)).toBe(true)
    expect((await a.ask('revoke', client, { token: ended })).status).toBe(200)
    expect(await isActive(a, client, ended)).toBe(false)
    await expect.poll(() => isActive(b, client, ended), soon).toBe(false)
    for (const place of [a, b]) expect(await isActive(place, client, kept)).toBe(true)
  })

  test('a client has its new and old secret at both processes, and the old one at neither when it is ended', async () => {
    const [a, b] = places()
    const old = await register(a, billing)
    for (const place of [a, b]) await tokenAt(place, old)
    const path = `/admin/clients/${old.id}/secret`
    const { secret } = await administer(a, `POST ${path}`, { keepOld: 3600 })
    const client = { ...old, secret: String(secret) }
    for (const place of [a, b]) for (const each of [old, client]) await tokenAt(place, each)
    await administer(b, `DELETE ${path}/old`)
    for (const place of [a, b]) {
      const refused = await place.ask('token', old, own)
      expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client'])
      await tokenAt(place, client)
    }
  })

  test('a client that is disabled at one process gets nothing at either, and what it has is refused', async () => {
    const [a, b] = places()
    const [witness, client] = [await register(a, billing), await register(a, billing)]
    const tokens = [await tokenAt(a, client), await tokenAt(b, client)]
    await administer(b, `PUT /admin/clients/${client.id}`, { disabled: true })
    for (const place of [a, b]) {
      expect((await place.ask('token', client, own)).status).toBe(401)
      for (const token of tokens)
        await expect.poll(() => isActive(place, witness, token), soon).toBe(false)
    }
  })
})

describe('a session of an app that began at one of two processes', () => {
  const begin = async ({ service }: Place, client: TestClient) => {
    const answer = await fetch(`${service.origin}/user/login`, {
      method: 'POST',
      headers: { ...basic(client), 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'root', password: user.password, clientId: client.id }),
    })
    return (await answer.json()) as Record<string, unknown>
  }
  const refresh = (place: Place, client: TestClient, token: unknown) =>
    place.ask('token', client, { grant_type: 'refresh_token', refresh_token: String(token) })
  const profileAt = async ({ service }: Place, token: unknown) =>
    (await callerOf(() => service).call('GET /user/profile', String(token))).status

  test('a session of an app goes on at the other process, and both answer a repeated token alike', async () => {
    const [a, b] = places()
    const client = await register(b, app)
    const first = await begin(a, client)
    const [one, other] = await Promise.all([
      refresh(a, client, first['refreshToken']),
      refresh(b, client, first['refreshToken']),
    ])
    expect([one.status, other.status]).toEqual([200, 200])
    expect(other.body['refresh_token']).toBe(one.body['refresh_token'])
    const next = await refresh(b, client, one.body['refresh_token'])
    const last = await refresh(a, client, next.body['refresh_token'])
    for (const { status, body } of [next, last]) {
      expect([status, body['scope']]).toEqual([200, 'profile:read'])
      for (const place of [a, b]) expect(await profileAt(place, body['access_token'])).toBe(200)
    }
  })

  test('a session of an app ends at both processes when its refresh token is revoked at one', async () => {
    const [a, b] = places()
    const client = await register(a, app)
    const { accessToken, refreshToken } = await begin(a, client)
    expect(await profileAt(b, accessToken)).toBe(200)
    expect((await b.ask('revoke', client, { token: String(refreshToken) })).status).toBe(200)
    // Before a refresh is tried: one of a session that has ended tells its process so.
    for (const place of [a, b])
      await expect.poll(() => profileAt(place, accessToken), soon).toBe(401)
    for (const place of [a, b]) {
      const refused = await refresh(place, client, refreshToken)
      expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_grant'])
    }
  })
})
