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

const folder = temporaryFolder()
let service: RunningService
let clients: Readonly<Record<'billing', TestClient>>

beforeAll(async () => {
  clients = await registerClients(folder.path, { billing })
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

describe('a client that is disabled', () => {
  test('gets no token, its tokens are refused, and it can be enabled again', async () => {
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
    await expect.poll(next, { timeout: 5000 }).toBe(true)
    expect(await isActive(clients.billing, token)).toBe(false)
  })
})

describe('metadata (RFC 8414)', () => {
  test('names endpoints that are there, and nothing else', async () => {
    const answer = await fetch(`${service.origin}/.well-known/oauth-authorization-server`)
    const metadata = (await answer.json()) as Record<string, string | string[]>
    expect(metadata['issuer']).toBe(service.origin)
    expect(metadata['grant_types_supported']).toEqual(['client_credentials', 'refresh_token'])
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
