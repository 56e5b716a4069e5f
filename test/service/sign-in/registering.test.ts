import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callerOf } from '../admin/calling.js'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'

const folder = temporaryFolder()
const password = 'eleven herons over a weir'
const env = { DATA_DIR: folder.path }
let service: RunningService
let adminToken: string
const { call, login } = callerOf(() => service)
const asAdmin = (operation: string, body?: unknown) => call(operation, adminToken, body)
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

beforeAll(async () => {
  await runService(env, ['user', 'add', 'root', 'admin'], password)
  service = await startService({ dataDir: folder.path })
  adminToken = (await login('root', password)).accessToken
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const redirectUris = ['https://shop.example/callback']
const shop = {
  ...{ name: 'shop', kind: 'confidential', grants: ['authorization_code', 'refresh_token'] },
  ...{ scopes: ['openid'], audiences: ['jotgate-demo'], signIn: { redirectUris } },
}
const usual = {
  ...{ redirectUris, postLogoutRedirectUris: [], applicationType: 'web', idTokenAlg: 'RS256' },
  ...{ requirePkce: true, consent: 'never', offline: false, allowedRoles: [] },
}

interface Client {
  readonly id: string
  readonly [field: string]: unknown
}

const register = async (client: object) => {
  const { status, body } = await asAdmin('POST /admin/clients', client)
  expect([status, body]).toMatchObject([200, {}])
  return body['client'] as Client
}

describe('the API of clients', () => {
  test('an administrator registers, reads, changes and takes away how a client logs users in', async () => {
    const client = await register(shop)
    expect(client).toMatchObject({ grants: shop.grants, signIn: usual })
    const path = `/admin/clients/${client.id}`
    expect((await asAdmin(`GET ${path}`)).body['signIn']).toEqual(usual)
    const whole = {
      ...{ redirectUris, postLogoutRedirectUris: ['https://shop.example/bye'], offline: true },
      ...{ applicationType: 'native', idTokenAlg: 'ES256', requirePkce: false, consent: 'ask' },
      ...{ allowedRoles: ['staff'], backchannelLogoutUri: 'https://shop.example/out' },
    }
    const changed = await asAdmin(`PUT ${path}`, { signIn: whole })
    expect(changed.body['signIn']).toEqual(whole)
    expect((await asAdmin(`PUT ${path}`, { name: 'other' })).body['signIn']).toEqual(whole)
    const taken = await asAdmin(`PUT ${path}`, { signIn: { redirectUris: [] } })
    expect(taken.body).toMatchObject({ grants: ['refresh_token'] })
    expect(taken.body['signIn']).toBeUndefined()
  })

  test('every wrong field of a registration is named, and no value is repeated', async () => {
    const signIn = {
      ...{ redirectUris: ['https://shop.example/cb', 'javascript:secret'], consent: 'maybe' },
      ...{ backchannelLogoutUri: 'http://shop.example', allowedRoles: ['NO'] },
    }
    const { status, body } = await asAdmin('POST /admin/clients', { ...shop, signIn })
    expect(status).toBe(400)
    const text = JSON.stringify(body)
    for (const field of ['consent', 'backchannelLogoutUri', 'allowedRoles.0'])
      expect(text).toContain(`signIn.${field}: `)
    expect(text).not.toContain('javascript')
    const again = { ...shop, signIn: { redirectUris: signIn.redirectUris } }
    const refused = await asAdmin('POST /admin/clients', again)
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      400,
      expect.stringContaining('signIn.redirectUris.1: '),
    ])
  })

  test('a client is given keys instead of its secret, and loses them again', async () => {
    const { status, body } = await asAdmin('POST /admin/clients', {
      ...shop,
      keys: { jwks: { keys: [jwk] } },
    })
    expect([status, body['secret']]).toEqual([200, undefined])
    const client = body['client'] as Client
    expect(client['keys']).toEqual({ jwks: { keys: [jwk] } })
    const path = `/admin/clients/${client.id}`
    const jwksUri = 'https://shop.example/jwks.json'
    expect((await asAdmin(`PUT ${path}`, { keys: { jwksUri } })).body['keys']).toEqual({ jwksUri })
    expect(
      (await asAdmin(`PUT ${path}`, { keys: { jwksUri, jwks: { keys: [jwk] } } })).status,
    ).toBe(400)
    const secret = { ...jwk, d: 'private-half' }
    const refused = await asAdmin(`PUT ${path}`, { keys: { jwks: { keys: [secret] } } })
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).not.toContain('private-half')
    expect((await asAdmin(`POST ${path}/secret`, {})).status).toBe(400)
    expect((await asAdmin(`PUT ${path}`, { keys: {} })).body['keys']).toBeUndefined()
    expect((await asAdmin(`POST ${path}/secret`, {})).body['secret']).toMatch(/^[\w-]{43}$/)
  })

  test('a client that logs users in by a redirect collects no passwords at /user/login', async () => {
    for (const kind of ['confidential', 'public']) {
      const { id } = await register({ ...shop, kind })
      const given = { username: 'root', password, clientId: id }
      const { status, body } = await call('POST /user/login', undefined, given)
      expect([status, JSON.stringify(body)]).toEqual([
        400,
        expect.stringContaining('/oauth/authorize'),
      ])
    }
  })
})

describe('jotgate-service client', () => {
  const run = (...args: string[]) => runService(env, ['client', ...args])
  const asJson = async (...args: string[]) => {
    const { code, output } = await run(...args, '--json')
    expect([code, output]).toEqual([0, expect.stringMatching(/^\{/)])
    return JSON.parse(output) as Client
  }

  test('client add with a redirect address prints what the site needs, and code to copy', async () => {
    const { code, output } = await run('add', 'shop', '--redirect', redirectUris[0] ?? '')
    expect(code).toBe(0)
    const [, id = ''] = /^client_id: (client-[\w-]{22})$/m.exec(output) ?? []
    expect(output).toMatch(/^client_secret: [\w-]{43}$/m)
    expect(output).toMatch(/^issuer: http\S+$/m)
    expect(output).toMatch(/^redirect_uri: https:\/\/shop\.example\/callback$/m)
    expect(output).toContain('Not finished: this service has no /oauth/authorize yet')
    expect(output).toContain("import { createRelyingParty } from 'jotgate/relying-party'")
    expect(output).toContain(
      `  clientId: '${id}',\n  clientSecret: process.env.CLIENT_SECRET,\n  redirectUri: '${redirectUris[0] ?? ''}',`,
    )
    const { body } = await asAdmin(`GET /admin/clients/${id}`)
    expect(body).toMatchObject({ ...shop, scopes: ['openid', 'profile', 'email'], signIn: usual })
  })

  test('client add takes every option of a registration, and change each by itself', async () => {
    const set = join(folder.path, 'jwks.json')
    writeFileSync(set, JSON.stringify({ keys: [jwk] }))
    const addresses = ['--redirect', redirectUris[0] ?? '', '--redirect', 'http://127.0.0.1/cb']
    const flags = ['--native', '--ask-consent', '--offline', '--no-pkce', '--id-token-alg', 'ES256']
    const others = ['--allow-role', 'staff', '--post-logout-redirect', 'https://shop.example/bye']
    const logout = ['--backchannel-logout', 'https://shop.example/out', '--jwks', set]
    const added = await asJson('add', 'tool', ...addresses, ...flags, ...others, ...logout)
    const signIn = {
      ...{ redirectUris: [redirectUris[0], 'http://127.0.0.1/cb'], applicationType: 'native' },
      ...{ consent: 'ask', offline: true, requirePkce: false, idTokenAlg: 'ES256' },
      ...{ allowedRoles: ['staff'], postLogoutRedirectUris: ['https://shop.example/bye'] },
      backchannelLogoutUri: 'https://shop.example/out',
    }
    expect(added).toMatchObject({ signIn, keys: { kind: 'jwks', jwks: { keys: [jwk] } } })
    expect(added['secret']).toBeUndefined()
    const change = (...args: string[]) => asJson('change', added.id, ...args)
    expect((await change('--no-ask-consent', '--pkce'))['signIn']).toEqual({
      ...signIn,
      consent: 'never',
      requirePkce: true,
    })
    const fewer = await change('--allow-role', '', '--backchannel-logout', '', '--jwks', '')
    expect(fewer['signIn']).toMatchObject({ allowedRoles: [], offline: true })
    expect(fewer['signIn']).not.toHaveProperty('backchannelLogoutUri')
    expect(fewer['keys']).toBeUndefined()
    expect((await change('--name', 'tools'))['signIn']).toEqual(fewer['signIn'])
    expect((await change('--redirect', ''))['signIn']).toBeUndefined()
  })

  test.each([
    [['--redirect', 'javascript:alert(1)'], 'signIn.redirectUris.0'],
    [['--allow-role', 'staff'], '--redirect'],
    [['--redirect', redirectUris[0] ?? '', '--pkce', '--no-pkce'], '--no-pkce'],
    [['--redirect', redirectUris[0] ?? '', '--public', '--no-pkce'], 'signIn.requirePkce'],
    [['--jwks', '/nowhere/jwks.json'], '--jwks'],
    [['--jwks', 'x', '--jwks-uri', 'x'], '--jwks-uri'],
  ])('client add with %j is refused, naming what is wrong', async (args, named) => {
    const { code, output } = await run('add', 'wrong', ...args)
    expect(code).not.toBe(0)
    expect(output).toContain(named)
    expect(output).not.toContain('javascript')
  })
})
