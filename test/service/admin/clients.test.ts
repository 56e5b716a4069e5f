import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { callerOf } from './calling.js'

const folder = temporaryFolder()
let service: RunningService
let adminToken: string
const { call, login } = callerOf(() => service)
const asAdmin = (operation: string, body?: unknown) => call(operation, adminToken, body)

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  adminToken = (await login('alice', 'secret')).accessToken
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

describe('OAuth clients', () => {
  const token = (id: string, secret: string) =>
    fetch(`${service.origin}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
      }),
    })

  test('are registered, given another secret, and disabled', async () => {
    const added = await asAdmin('POST /admin/clients', {
      ...{ name: 'billing', kind: 'confidential', grants: ['client_credentials'] },
      ...{ scopes: ['invoices:read'], audiences: ['jotgate-demo'], accessTtl: 60 },
    })
    expect(added.status).toBe(200)
    const { client, secret } = added.body as { client: { id: string }; secret: string }
    expect(client).toMatchObject({ name: 'billing', accessTtl: 60, disabled: false })
    expect((await token(client.id, secret)).status).toBe(200)
    const listed = (await asAdmin('GET /admin/clients')).body
    expect(listed['clients']).toContainEqual(client)
    expect(JSON.stringify(listed)).not.toContain(secret)

    const fresh = (await asAdmin(`POST /admin/clients/${client.id}/secret`)).body['secret']
    expect((await token(client.id, secret)).status).toBe(401)
    expect((await token(client.id, String(fresh))).status).toBe(200)
    const off = await asAdmin(`PUT /admin/clients/${client.id}`, { disabled: true })
    expect(off.body['disabled']).toBe(true)
    expect((await token(client.id, String(fresh))).status).toBe(401)
  })

  test('one that can not be so says which field is wrong; one that is not there is 404', async () => {
    const client = {
      name: 'x',
      kind: 'public',
      grants: ['refresh_token'],
      scopes: [],
      audiences: ['a'],
    }
    for (const [change, detail] of [
      [{ grants: ['password'] }, /^grants: /],
      [{ grants: ['client_credentials'] }, /grants/],
      [{ audiences: [] }, /^audiences: /],
      [{ scopes: ['two words'] }, /^scopes/],
      [{ grace: 61 }, /grace/],
    ] as const) {
      const answer = await asAdmin('POST /admin/clients', { ...client, ...change })
      expect([change, answer.status]).toEqual([change, 400])
      expect(answer.body['detail']).toMatch(detail)
    }
    expect((await asAdmin('PUT /admin/clients/none', { disabled: true })).status).toBe(404)
    expect((await asAdmin('POST /admin/clients/none/secret')).status).toBe(404)
  })
})
