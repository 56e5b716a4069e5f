import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, postForm } from '../oauth/clients-of.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { callerOf } from './calling.js'

const folder = temporaryFolder()
const password = 'eleven herons over a weir'
let service: RunningService
let adminToken: string
const { call, login } = callerOf(() => service)
const asAdmin = (operation: string, body?: unknown) => call(operation, adminToken, body)

interface Client {
  readonly id: string
  readonly oldSecretUntil?: number
}

const billing = {
  ...{ name: 'billing', kind: 'confidential', grants: ['client_credentials'] },
  ...{ scopes: ['invoices:read', 'invoices:write'], audiences: ['jotgate-demo'] },
}
const app = { ...billing, name: 'app', kind: 'public', grants: ['refresh_token'] }
const nobody = 'client-AAAAAAAAAAAAAAAAAAAAAA'

const add = async (client: object) => {
  const { status, body } = await asAdmin('POST /admin/clients', client)
  expect([status, body]).toMatchObject([200, {}])
  return { client: body['client'] as Client, secret: String(body['secret']) }
}
const token = ({ id }: Client, secret: string, form: Record<string, string> = {}) =>
  postForm(
    `${service.origin}/oauth/token`,
    { grant_type: 'client_credentials', ...form },
    basic({ id, secret }),
  )
const statusOf = async (client: Client, secret: string) => (await token(client, secret)).status
const isActive = async (asking: { client: Client; secret: string }, access: unknown) => {
  const { client, secret } = asking
  const answer = await postForm(
    `${service.origin}/oauth/introspect`,
    { token: String(access) },
    basic({ id: client.id, secret }),
  )
  return answer.body['active']
}

beforeAll(async () => {
  await runService({ DATA_DIR: folder.path }, ['user', 'add', 'root', 'admin'], password)
  service = await startService({ dataDir: folder.path })
  adminToken = (await login('root', password)).accessToken
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

describe('OAuth clients', () => {
  test('OAuth clients are registered, listed without their secret, and shown by their id', async () => {
    const { client, secret } = await add({ ...billing, policy: { accessTtl: 60 } })
    expect(client).toMatchObject({ ...billing, policy: { accessTtl: 60 }, disabled: false })
    expect(client).toMatchObject({ receivesRoles: false })
    const answer = await token(client, secret)
    expect(answer.body).toMatchObject({ expires_in: 60, scope: 'invoices:read invoices:write' })
    const listed = (await asAdmin('GET /admin/clients')).body
    expect(listed['clients']).toContainEqual(client)
    expect((await asAdmin(`GET /admin/clients/${client.id}`)).body).toEqual(client)
    expect(JSON.stringify(listed)).not.toMatch(/secret|hash/i)
  })

  test('OAuth clients without a secret are shown none', async () => {
    const { body } = await asAdmin('POST /admin/clients', app)
    expect(body).not.toHaveProperty('secret')
    const { id } = body['client'] as Client
    const refused = await asAdmin(`POST /admin/clients/${id}/secret`, {})
    expect([refused.status, refused.body['detail']]).toEqual([
      400,
      'kind: a public client has no secret',
    ])
  })

  test('an OAuth client with several faults is refused with all of them at once', async () => {
    const faulty = {
      ...{ name: '', kind: 'public', grants: ['client_credentials'], scopes: ['two words'] },
      ...{ audiences: [], policy: { accessTtl: 0, refreshTtl: 1e9, grace: 61 } },
    }
    const { status, body } = await asAdmin('POST /admin/clients', faulty)
    const faults = String(body['detail']).split('; ')
    expect([status, faults.map((fault) => fault.split(':')[0])]).toEqual([
      400,
      [
        ...['name', 'scopes.0', 'audiences', 'policy.accessTtl', 'policy.refreshTtl'],
        ...['policy.grace', 'grants'],
      ],
    ])
    expect(body['detail']).not.toContain('two words')
    const mistyped = { ...faulty, name: 1, grants: 'x', extra: true, policy: { grace: '1' } }
    const types = (await asAdmin('POST /admin/clients', mistyped)).body['detail']
    for (const field of ['the body', 'name', 'grants', 'policy.grace'])
      expect(types).toMatch(new RegExp(`(^|; )${field}: `))
    expect(
      (await asAdmin('POST /admin/clients', { ...billing, grants: ['password'] })).status,
    ).toBe(400)
  })

  test('unknown OAuth clients are 404', async () => {
    for (const id of [nobody, 'none', 'first-party', '%00'])
      for (const [operation, body] of [
        ['GET', undefined],
        ['PUT', { disabled: true }],
        ['DELETE', undefined],
        ['POST /secret', {}],
        ['DELETE /secret/old', undefined],
      ] as const) {
        const [method = '', rest = ''] = operation.split(' ')
        const { status } = await asAdmin(`${method} /admin/clients/${id}${rest}`, body)
        expect([id, operation, status]).toEqual([id, operation, 404])
      }
  })

  test('a disabled administrator cannot add an OAuth client', async () => {
    const roles = ['admin']
    const { id } = (await asAdmin('POST /admin/users', { username: 'second', password, roles }))
      .body
    const { accessToken } = await login('second', password)
    expect((await call('GET /admin/clients', accessToken)).status).toBe(200)
    await asAdmin(`PUT /admin/users/${String(id)}`, { disabled: true })
    const { status } = await call('POST /admin/clients', accessToken, { ...billing, name: 'late' })
    expect([401, 403]).toContain(status)
    const { clients } = (await asAdmin('GET /admin/clients')).body
    expect((clients as { name: string }[]).map(({ name }) => name)).not.toContain('late')
  })
})

describe('a client that is changed', () => {
  test('a changed client keeps what is not named, and refuses a change that is empty or impossible', async () => {
    const { client, secret } = await add({ ...billing, policy: { accessTtl: 60 } })
    const put = (body: object) => asAdmin(`PUT /admin/clients/${client.id}`, body)
    const changed = { ...client, name: 'Invoices', audiences: ['jotgate-demo', 'ledger'] }
    const { name, audiences } = changed
    expect((await put({ name, audiences })).body).toEqual(changed)
    expect((await put({ policy: { grace: 5 } })).body).toEqual({ ...changed, policy: { grace: 5 } })
    expect((await token(client, secret)).body['expires_in']).toBe(900)
    const wrong = { name: '', grants: [], policy: { accessTtl: 86_400 } }
    const answer = await put(wrong)
    expect([answer.status, answer.body['detail']]).toEqual([
      400,
      expect.stringMatching(/^name: .*; grants: .*; policy\.accessTtl: /),
    ])
    expect((await put({})).body['detail']).toBe('the body: names nothing to change')
    expect((await put({ kind: 'public' })).status).toBe(400)
    expect((await asAdmin(`GET /admin/clients/${client.id}`)).body).toMatchObject({ name })
  })

  test('a changed client has the tokens refused that say more than it may, and gets others', async () => {
    const other = await add(billing)
    const { client, secret } = await add(billing)
    const before = (await token(client, secret)).body['access_token']
    expect(await isActive(other, before)).toBe(true)
    await asAdmin(`PUT /admin/clients/${client.id}`, { scopes: ['invoices:read'] })
    expect(await isActive(other, before)).toBe(false)
    const wide = await token(client, secret, { scope: 'invoices:write' })
    expect([wide.status, wide.body['error']]).toEqual([400, 'invalid_scope'])
    const isNewOneActive = async () =>
      isActive(other, (await token(client, secret)).body['access_token'])
    await expect.poll(isNewOneActive).toBe(true)
  })

  test('the sessions of a changed client get no scope in their next tokens that was taken from it', async () => {
    const { client } = await add(app)
    const logged = await call('POST /user/login', undefined, {
      ...{ username: 'root', password, clientId: client.id },
    })
    expect(logged.body['scope']).toBe('invoices:read invoices:write')
    await asAdmin(`PUT /admin/clients/${client.id}`, { scopes: ['invoices:write', 'other'] })
    const { body } = await postForm(`${service.origin}/oauth/token`, {
      ...{ grant_type: 'refresh_token', client_id: client.id },
      refresh_token: String(logged.body['refreshToken']),
    })
    expect(body['scope']).toBe('invoices:write')
  })

  test('a client gets no token while it is disabled, and none ever again once it is removed', async () => {
    const other = await add(billing)
    const { client, secret } = await add(billing)
    const before = (await token(client, secret)).body['access_token']
    const off = await asAdmin(`PUT /admin/clients/${client.id}`, { disabled: true })
    expect([off.status, off.body['disabled']]).toEqual([200, true])
    expect([await statusOf(client, secret), await isActive(other, before)]).toEqual([401, false])
    await asAdmin(`PUT /admin/clients/${client.id}`, { disabled: false })
    await expect
      .poll(async () => isActive(other, (await token(client, secret)).body['access_token']))
      .toBe(true)
    const last = (await token(client, secret)).body['access_token']
    expect((await asAdmin(`DELETE /admin/clients/${client.id}`)).status).toBe(204)
    expect([await statusOf(client, secret), await isActive(other, last)]).toEqual([401, false])
    expect((await asAdmin(`GET /admin/clients/${client.id}`)).status).toBe(404)
    expect(await statusOf(other.client, other.secret)).toBe(200)
  })

  test('a client has no sessions once it is disabled or removed, even if it lost their grant before', async () => {
    const begin = async () => {
      const { client, secret } = await add({
        ...{ ...billing, scopes: ['profile:read'] },
        grants: ['client_credentials', 'refresh_token'],
      })
      const answer = await fetch(`${service.origin}/user/login`, {
        method: 'POST',
        headers: { ...basic({ id: client.id, secret }), 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'root', password, clientId: client.id }),
      })
      const body = (await answer.json()) as Record<string, unknown>
      return { client, profile: () => call('GET /user/profile', String(body['accessToken'])) }
    }
    const grants = ['client_credentials']
    const disabled = await begin()
    await asAdmin(`PUT /admin/clients/${disabled.client.id}`, { grants, disabled: true })
    const removed = await begin()
    await asAdmin(`PUT /admin/clients/${removed.client.id}`, { grants })
    // Until its own end: the client may do other things, and does.
    expect((await removed.profile()).status).toBe(200)
    await asAdmin(`DELETE /admin/clients/${removed.client.id}`)
    const left = [await disabled.profile(), await removed.profile()]
    expect(left.map(({ status }) => status)).toEqual([401, 401])
  })
})

describe('a secret that is rotated', () => {
  const rotate = async ({ id }: Client, body: object = {}) => {
    const answer = await asAdmin(`POST /admin/clients/${id}/secret`, body)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    return { secret: String(answer.body['secret']), until: answer.body['oldSecretUntil'] }
  }

  test('a rotated secret is good beside the new one until its end, and then no more', async () => {
    const { client, secret } = await add(billing)
    const fresh = await rotate(client, { keepOld: 2 })
    expect(fresh.secret).not.toBe(secret)
    expect([await statusOf(client, secret), await statusOf(client, fresh.secret)]).toEqual([
      200, 200,
    ])
    const shown = (await asAdmin(`GET /admin/clients/${client.id}`)).body
    expect(shown['oldSecretUntil']).toBe(fresh.until)
    await sleep(Math.max(0, Number(fresh.until) * 1000 - Date.now()) + 50)
    expect([await statusOf(client, secret), await statusOf(client, fresh.secret)]).toEqual([
      401, 200,
    ])
    expect((await asAdmin(`GET /admin/clients/${client.id}`)).body).toEqual(client)
  })

  test('a rotated secret stays good for a day by default, and can be ended at once', async () => {
    const { client, secret } = await add(billing)
    const fresh = await rotate(client)
    expect(Math.abs(Number(fresh.until) - 86_400 - Date.now() / 1000)).toBeLessThan(60)
    expect(await statusOf(client, secret)).toBe(200)
    const ended = await asAdmin(`DELETE /admin/clients/${client.id}/secret/old`)
    expect([ended.status, ended.body]).toEqual([200, client])
    expect([await statusOf(client, secret), await statusOf(client, fresh.secret)]).toEqual([
      401, 200,
    ])
  })

  test('a rotated secret ends at once where that is asked for, and at the second rotation', async () => {
    const { client, secret } = await add(billing)
    const second = await rotate(client, { keepOld: 0 })
    expect(second.until).toBeUndefined()
    expect(await statusOf(client, secret)).toBe(401)
    const third = await rotate(client)
    const fourth = await rotate(client)
    const statuses = [second, third, fourth].map((each) => statusOf(client, each.secret))
    expect(await Promise.all(statuses)).toEqual([401, 200, 200])
    const long = await asAdmin(`POST /admin/clients/${client.id}/secret`, { keepOld: 2_592_001 })
    expect([long.status, long.body['detail']]).toEqual([400, expect.stringMatching(/^keepOld: /)])
  })

  test('secrets and clients change on the command line too', { timeout: 300_000 }, async () => {
    const { client, secret } = await add({ ...billing, policy: { accessTtl: 60, grace: 5 } })
    const env = { DATA_DIR: folder.path, PORT: String(service.port), LOG_LEVEL: 'silent' }
    const run = async (...args: string[]) => {
      const { code, output } = await runService(env, ['client', ...args, client.id, '--json'])
      expect([args, code]).toEqual([args, 0])
      return JSON.parse(output) as Record<string, unknown>
    }
    const fresh = await run('rotate-secret', '--keep-old', '1h')
    const until = Number(fresh['oldSecretUntil']) - Date.now() / 1000
    expect([until > 3500, until <= 3600]).toEqual([true, true])
    expect(await statusOf(client, secret)).toBe(200)
    await run('end-old-secret')
    expect(await statusOf(client, secret)).toBe(401)
    expect(await statusOf(client, String(fresh['secret']))).toBe(200)
    const change = ['--name', 'Ledger', '--access-ttl', 'default', '--recover-within', '1h']
    const changed = { ...client, name: 'Ledger', policy: { grace: 5, recoverWithin: 3600 } }
    expect(await run('change', ...change)).toEqual(changed)
  })

  test('a rotated secret is in no line of the log', async () => {
    const { client, secret } = await add(billing)
    const { secret: fresh } = await rotate(client)
    expect([await statusOf(client, secret), await statusOf(client, fresh)]).toEqual([200, 200])
    await expect.poll(() => service.output()).toContain('client.secret-rotated')
    expect(service.output()).toMatch(/"by":"root","action":"client.created"/)
    for (const each of [secret, fresh]) expect(service.output()).not.toContain(each)
  })
})
