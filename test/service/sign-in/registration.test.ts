import { join } from 'node:path'
import { generateKeyPairSync } from 'node:crypto'
import { openSqlite, sqliteDatabase, type SqlDatabase } from 'jotgate/stores/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewClient, NewSignIn } from '../../../apps/auth-service/src/oauth/clients.js'
import type { OAuthClients } from '../../../apps/auth-service/src/oauth/clients.js'
import { createSqlClients } from '../../../apps/auth-service/src/oauth/sql-clients.js'
import { temporaryFolder } from '../running-service.js'

const times = { accessTtl: 900, absoluteTtl: 86_400, idleTtl: 3600, grace: 10, recoverWithin: 0 }
const rules = { ...times, issuer: 'https://auth.example' }

const folder = temporaryFolder()
const file = await openSqlite(join(folder.path, 'clients.db'))
const db: SqlDatabase = sqliteDatabase(file)
let clients: OAuthClients

beforeAll(async () => {
  clients = await createSqlClients(db, rules)
})
afterAll(() => {
  file.close()
  folder.remove()
})

const callback = 'https://shop.example/callback'
const shop: NewClient = {
  name: 'Shop',
  kind: 'confidential',
  grants: ['authorization_code', 'refresh_token'],
  scopes: ['openid', 'profile', 'email'],
  audiences: ['shop'],
  signIn: { redirectUris: [callback] },
}
const usual = {
  redirectUris: [callback],
  postLogoutRedirectUris: [],
  applicationType: 'web',
  idTokenAlg: 'RS256',
  backchannelLogoutUri: undefined,
  requirePkce: true,
  consent: 'never',
  offline: false,
  allowedRoles: [],
}
const whole = {
  redirectUris: [callback, 'https://shop.example/second?x=1'],
  postLogoutRedirectUris: ['https://shop.example/bye'],
  applicationType: 'native',
  idTokenAlg: 'ES256',
  backchannelLogoutUri: 'https://shop.example/logged-out',
  requirePkce: false,
  consent: 'ask',
  offline: true,
  allowedRoles: ['staff', 'buyer'],
} as const satisfies NewSignIn
const publicJwk = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const withSignIn = (signIn: NewSignIn, others: Partial<NewClient> = {}) =>
  clients.create({ ...shop, ...others, signIn })

describe('a client that logs users in', () => {
  test('a client that logs users in comes back as it was registered, with what was left out filled in', async () => {
    const { client, secret } = await clients.create(shop)
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(client.signIn).toEqual(usual)
    expect(client.grants).toEqual(['authorization_code', 'refresh_token'])
    expect(await clients.byId(client.id)).toEqual(client)
    const { client: other } = await withSignIn(whole)
    expect(other.signIn).toEqual(whole)
    expect(await clients.byId(other.id)).toEqual(other)
    expect(await clients.list({ limit: 1000 })).toEqual(expect.arrayContaining([client, other]))
  })

  test('a registration names each address once', async () => {
    const { client } = await withSignIn({ redirectUris: [callback, callback] })
    expect(client.signIn?.redirectUris).toEqual([callback])
  })

  test('a client may have authorization_code alone, and its row is one that an earlier release can read', async () => {
    const { client } = await clients.create({ ...shop, grants: ['authorization_code'] })
    expect((await clients.byId(client.id))?.grants).toEqual(['authorization_code'])
    const [row] = await db.query('SELECT grants FROM service_clients WHERE id = $1', [client.id])
    expect(row).toEqual({ grants: '' })
  })

  test('how a client logs users in is changed as a whole, and the client loses the grant with its redirect addresses', async () => {
    const { client } = await withSignIn(whole)
    const changed = await clients.change(client.id, { signIn: { redirectUris: [callback] } })
    expect(changed?.signIn).toEqual(usual)
    expect((await clients.change(client.id, { name: 'Other' }))?.signIn).toEqual(usual)
    const without = await clients.change(client.id, { signIn: null })
    expect(without?.signIn).toBeUndefined()
    expect(without?.grants).toEqual(['refresh_token'])
    const again = await clients.change(client.id, { signIn: { redirectUris: [callback] } })
    expect(again?.grants).toEqual(['authorization_code', 'refresh_token'])
  })

  test('a client leaves no row beside when it is removed', async () => {
    const { client } = await clients.create({
      ...shop,
      keys: { kind: 'jwks', jwks: { keys: [publicJwk()] } },
    })
    expect(await clients.remove(client.id)).toBe(true)
    for (const table of ['service_client_sign_in', 'service_client_keys', 'service_client_origins'])
      expect(await db.query(`SELECT client FROM ${table} WHERE client = $1`, [client.id])).toEqual(
        [],
      )
  })

  test('a client without a row beside is as it was before there were such rows', async () => {
    const plain = { ...shop, signIn: null }
    const { client } = await clients.create({ ...plain, grants: ['refresh_token'] })
    expect(client.signIn).toBeUndefined()
    expect(
      await db.query('SELECT client FROM service_client_sign_in WHERE client = $1', [client.id]),
    ).toEqual([])
    await db.query(
      "INSERT INTO service_clients SELECT 'client-AAAAAAAAAAAAAAAAAAAAAA', name, secret_hash, grants, scopes, audiences, policy, disabled, created_at, old_hash, old_until, receives_roles FROM service_clients WHERE id = $1",
      [client.id],
    )
    const old = await clients.byId('client-AAAAAAAAAAAAAAAAAAAAAA')
    expect(old).toEqual({ ...client, id: 'client-AAAAAAAAAAAAAAAAAAAAAA' })
  })
})

describe('rules of a registration', () => {
  test.each<[string, NewSignIn, RegExp]>([
    ['without an address', { redirectUris: [] }, /signIn\.redirectUris: must name at least one/],
    [
      'with more than 16 addresses',
      { redirectUris: Array.from({ length: 17 }, (_, at) => `${callback}/${String(at)}`) },
      /signIn\.redirectUris: /,
    ],
    [
      'with javascript:',
      { redirectUris: [callback, 'javascript:alert(1)'] },
      /^signIn\.redirectUris\.1: must be an https address/,
    ],
    [
      'with user info',
      { redirectUris: ['https://a@b/'] },
      /signIn\.redirectUris\.0: must have no user name/,
    ],
    [
      'with a fragment',
      { redirectUris: [`${callback}#x`] },
      /signIn\.redirectUris\.0: must have no fragment/,
    ],
    [
      'with a wildcard',
      { redirectUris: ['https://*.shop.example/'] },
      /signIn\.redirectUris\.0: must be one exact address/,
    ],
    ['with plain http', { redirectUris: ['http://localhost/cb'] }, /signIn\.redirectUris\.0: /],
    [
      'with a private scheme for a web client',
      { redirectUris: ['com.example.app:/cb'] },
      /signIn\.redirectUris\.0: /,
    ],
    [
      'with a wrong address after logout',
      { redirectUris: [callback], postLogoutRedirectUris: ['data:,x'] },
      /signIn\.postLogoutRedirectUris\.0: /,
    ],
    [
      'with a private scheme for logout tokens',
      {
        redirectUris: [callback],
        applicationType: 'native',
        backchannelLogoutUri: 'com.example.app:/out',
      },
      /signIn\.backchannelLogoutUri: /,
    ],
    [
      'with a fragment for logout tokens',
      { redirectUris: [callback], backchannelLogoutUri: `${callback}#x` },
      /signIn\.backchannelLogoutUri: must have no fragment/,
    ],
    [
      'with a role that cannot be one',
      { redirectUris: [callback], allowedRoles: ['No Role'] },
      /signIn\.allowedRoles\.0: /,
    ],
    [
      'with an unknown algorithm',
      { redirectUris: [callback], idTokenAlg: 'HS256' as 'ES256' },
      /signIn\.idTokenAlg: /,
    ],
    ['with an unknown field', { redirectUris: [callback], other: 1 } as NewSignIn, /signIn: /],
  ])('a registration %s is refused', async (_, signIn, message) => {
    await expect(withSignIn(signIn)).rejects.toThrow(message)
  })

  test('a registration without redirect addresses for the grant, or without the grant for redirect addresses, is refused', async () => {
    const { signIn, ...without } = shop
    await expect(clients.create(without)).rejects.toThrow(/signIn: the grant/)
    await expect(clients.create({ ...shop, grants: ['refresh_token'] })).rejects.toThrow(/grants: /)
    const { client } = await clients.create(shop)
    await expect(clients.change(client.id, { grants: ['refresh_token'] })).rejects.toThrow(
      /grants: /,
    )
    const { client: plain } = await clients.create({ ...without, grants: ['refresh_token'] })
    await expect(clients.change(plain.id, { grants: ['authorization_code'] })).rejects.toThrow(
      /signIn: /,
    )
    const both = { grants: ['authorization_code'], signIn } as const
    expect((await clients.change(plain.id, both))?.grants).toEqual(['authorization_code'])
    await expect(clients.change(plain.id, { signIn: null })).rejects.toThrow(/grants: must name/)
  })

  test('a public client without PKCE is refused', async () => {
    const signIn = { redirectUris: [callback], requirePkce: false }
    await expect(withSignIn(signIn, { kind: 'public' })).rejects.toThrow(/signIn\.requirePkce: /)
    const { client } = await withSignIn({ redirectUris: [callback] }, { kind: 'public' })
    expect(client.signIn?.requirePkce).toBe(true)
    await expect(clients.change(client.id, { signIn })).rejects.toThrow(/signIn\.requirePkce: /)
  })

  test('a client that logs users in is refused where tokens are signed with a shared secret', async () => {
    const current = { read: () => 'x' }
    const secret = { kind: 'secret', current, previous: undefined } as const
    const others = await createSqlClients(db, { ...rules, signing: secret } as typeof rules)
    await expect(others.create(shop)).rejects.toThrow(/auth\.accessSecret/)
    const { client } = await clients.create(shop)
    await expect(others.change(client.id, { signIn: usual as NewSignIn })).rejects.toThrow(
      /auth\.accessSecret/,
    )
    expect((await others.change(client.id, { name: 'Other' }))?.name).toBe('Other')
  })

  test('a web client is at plain http on loopback only where the service itself is there', async () => {
    const signIn = { redirectUris: ['http://shop.localhost:5173/cb'] }
    await expect(withSignIn(signIn)).rejects.toThrow(/signIn\.redirectUris\.0/)
    const demo = await createSqlClients(db, { ...times, issuer: 'http://localhost:8888' })
    expect((await demo.create({ ...shop, signIn })).client.signIn).toMatchObject(signIn)
  })
})

describe('keys of a client', () => {
  test('keys stand for the secret of a client, which an earlier release cannot use either', async () => {
    const keys = { kind: 'jwks', jwks: { keys: [{ ...publicJwk(), kid: 'a' }] } } as const
    const { client, secret } = await clients.create({ ...shop, keys })
    expect(secret).toBeUndefined()
    expect(client).toMatchObject({ kind: 'confidential', keys })
    expect(await clients.byId(client.id)).toEqual(client)
    const [row] = await db.query('SELECT secret_hash FROM service_clients WHERE id = $1', [
      client.id,
    ])
    expect(row?.['secret_hash']).toMatch(/^[\w-]{43}$/)
    expect(await clients.authenticate({ id: client.id, secret: undefined })).toBeUndefined()
    await expect(clients.rotateSecret(client.id, 0)).rejects.toThrow(/keys: /)
  })

  test('keys end the secrets of a client that gets them later, and it needs a new one without them', async () => {
    const { client, secret } = await clients.create(shop)
    const { id } = client
    const rotated = await clients.rotateSecret(id, 3600)
    const keys = { kind: 'jwksUri', jwksUri: 'https://shop.example/jwks.json' } as const
    expect((await clients.change(id, { keys }))?.keys).toEqual(keys)
    for (const each of [secret, rotated?.secret, undefined])
      expect(await clients.authenticate({ id, secret: each })).toBeUndefined()
    expect((await clients.change(id, { keys: null }))?.keys).toBeUndefined()
    expect(await clients.authenticate({ id, secret })).toBeUndefined()
    const again = await clients.rotateSecret(id, 0)
    expect(await clients.authenticate({ id, secret: again?.secret })).toMatchObject({ id })
  })

  test.each([
    ['a private member', { ...publicJwk(), d: 'AAAA' }, /public keys only/],
    ['a shared key', { kty: 'oct', k: 'AAAA' }, /public keys only/],
    ['a damaged key', { ...publicJwk(), x: 'AAAA', alg: 'ES256' }, /must be a JWK set/],
    ['nothing that is a key', {}, /must be a JWK set/],
  ])('keys of a client are refused with %s', async (_, jwk, message) => {
    const keys = { kind: 'jwks', jwks: { keys: [jwk] } } as const
    await expect(clients.create({ ...shop, keys })).rejects.toThrow(message)
  })

  test('keys are refused for a public client, and at an address that is not https, or not of the public internet', async () => {
    const keys = { kind: 'jwks', jwks: { keys: [publicJwk()] } } as const
    await expect(clients.create({ ...shop, kind: 'public', keys })).rejects.toThrow(
      /keys: a public/,
    )
    const addresses = ['https://10.0.0.1/jwks', 'https://127.0.0.1/jwks', 'https://[fd00::1]/jwks']
    for (const jwksUri of addresses)
      await expect(clients.create({ ...shop, keys: { kind: 'jwksUri', jwksUri } })).rejects.toThrow(
        /keys\.jwksUri: /,
      )
    const far = { kind: 'jwksUri', jwksUri: 'http://shop.example/jwks.json' } as const
    await expect(clients.create({ ...shop, keys: far })).rejects.toThrow(/keys\.jwksUri: /)
  })
})
