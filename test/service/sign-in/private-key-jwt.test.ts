import {
  createHmac,
  createSign,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { join } from 'node:path'
import { openSqlite, sqliteDatabase } from 'jotgate/stores/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClientKeys, NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { createSqlClients } from '../../../apps/auth-service/src/oauth/sql-clients.js'
import { basic, postForm, registerClients, type TestClient } from '../oauth/clients-of.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'own' }
const keys = { kind: 'jwks', jwks: { keys: [jwk] } } as const satisfies ClientKeys
const worker: NewClient = {
  name: 'Worker',
  kind: 'confidential',
  grants: ['client_credentials'],
  scopes: ['a'],
  audiences: ['jotgate-demo'],
  keys,
}

const now = () => Math.floor(Date.now() / 1000)
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function signed(claims: object, header: object = {}, key: KeyObject = own.privateKey): string {
  const input = `${part({ alg: 'ES256', kid: 'own', ...header })}.${part(claims)}`
  const made = createSign('sha256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${made.toString('base64url')}`
}

const claimsOf = (id: string, aud: unknown) => ({
  ...{ iss: id, sub: id, aud, jti: randomUUID() },
  ...{ iat: now(), exp: now() + 60 },
})

describe('an assertion of a client', () => {
  const issuer = 'https://auth.example'
  const folder = temporaryFolder()
  const times = { accessTtl: 900, absoluteTtl: 86_400, idleTtl: 3600, grace: 10, recoverWithin: 0 }
  const opened = openSqlite(join(folder.path, 'clients.db'))
  const open = async (clock = now) =>
    createSqlClients(sqliteDatabase(await opened), { ...times, issuer }, { now: clock })
  afterAll(async () => {
    ;(await opened).close()
    folder.remove()
  })
  const register = async () => {
    const clients = await open()
    const { id } = (await clients.create(worker)).client
    const prove = async (assertion: string) =>
      (await clients.authenticate({ id, secret: undefined, assertion })) !== undefined
    return { clients, id, prove }
  }

  test.each([
    ['the issuer', issuer],
    ['the token endpoint', `${issuer}/oauth/token`],
    ['the issuer as the only one of a list', [issuer]],
  ])('an assertion for %s is taken once', async (_, aud) => {
    const { id, prove } = await register()
    const assertion = signed(claimsOf(id, aud))
    expect(await prove(assertion)).toBe(true)
    expect(await prove(assertion)).toBe(false)
    expect(await prove(signed(claimsOf(id, aud)))).toBe(true)
  })

  test('a jti is used once, also in another assertion, in another process and at once fifty times', async () => {
    const { id, prove } = await register()
    const claims = claimsOf(id, issuer)
    const assertions = Array.from({ length: 50 }, (_, at) =>
      signed({ ...claims, exp: now() + 60 + at }),
    )
    const [another] = await Promise.all([open()])
    const answers = await Promise.all(
      assertions.map((assertion, at) =>
        at % 2 === 0
          ? prove(assertion)
          : another
              .authenticate({ id, secret: undefined, assertion })
              .then((found) => found !== undefined),
      ),
    )
    expect(answers.filter((isRight) => isRight)).toHaveLength(1)
  })

  test('a jti of one client is free for another', async () => {
    const [one, two] = [await register(), await register()]
    const jti = 'the-same'
    expect(await one.prove(signed({ ...claimsOf(one.id, issuer), jti }))).toBe(true)
    expect(await two.prove(signed({ ...claimsOf(two.id, issuer), jti }))).toBe(true)
  })

  test.each<[string, (right: ReturnType<typeof claimsOf>) => object]>([
    ['another audience', (right) => ({ ...right, aud: 'https://other.example' })],
    ['another path of this service', (right) => ({ ...right, aud: `${issuer}/oauth/revoke` })],
    ['a second audience', (right) => ({ ...right, aud: [issuer, 'https://other.example'] })],
    [
      'both of its own audiences',
      (right) => ({ ...right, aud: [issuer, `${issuer}/oauth/token`] }),
    ],
    ['no audience', (right) => ({ ...right, aud: undefined })],
    ['an empty list of audiences', (right) => ({ ...right, aud: [] })],
    ['another issuer', (right) => ({ ...right, iss: issuer })],
    ['no issuer', (right) => ({ ...right, iss: undefined })],
    ['another subject', (right) => ({ ...right, sub: 'client-AAAAAAAAAAAAAAAAAAAAAA' })],
    ['no subject', (right) => ({ ...right, sub: undefined })],
    ['no expiry', (right) => ({ ...right, exp: undefined })],
    ['an expiry that has passed', (right) => ({ ...right, exp: now() - 61 })],
    ['an expiry more than five minutes ahead', (right) => ({ ...right, exp: now() + 310 })],
    ['no jti', (right) => ({ ...right, jti: undefined })],
    ['an empty jti', (right) => ({ ...right, jti: '' })],
    ['a number as jti', (right) => ({ ...right, jti: 1 })],
  ])('an assertion with %s is refused', async (_, change) => {
    const { id, prove } = await register()
    const right = claimsOf(id, issuer)
    expect(await prove(signed(change(right)))).toBe(false)
    expect(await prove(signed(right))).toBe(true)
  })

  test('an assertion without a signature, or signed by another key or by the public key as a secret, is refused', async () => {
    const { id, prove } = await register()
    const claims = claimsOf(id, issuer)
    const none = `${part({ alg: 'none' })}.${part(claims)}.`
    const input = `${part({ alg: 'HS256', kid: 'own' })}.${part(claims)}`
    const pem = own.publicKey.export({ format: 'pem', type: 'spki' })
    const confused = `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`
    const embedded = signed(
      claims,
      { jwk: other.publicKey.export({ format: 'jwk' }) },
      other.privateKey,
    )
    const wrong = [none, confused, embedded, signed(claims, {}, other.privateKey), 'x', '', 'a.b.c']
    for (const assertion of wrong) expect(await prove(assertion)).toBe(false)
    expect(await prove(signed(claims))).toBe(true)
  })

  test('an assertion of a client without keys, or of a disabled one, is refused and not used up', async () => {
    const { clients, id, prove } = await register()
    const plain = { ...worker, keys: null }
    const { client, secret } = await clients.create(plain)
    const foreign = signed(claimsOf(client.id, issuer))
    const asked = { id: client.id, secret: undefined, assertion: foreign }
    expect(await clients.authenticate(asked)).toBeUndefined()
    expect(await clients.authenticate({ id: client.id, secret })).toBeDefined()
    const assertion = signed(claimsOf(id, issuer))
    await clients.change(id, { disabled: true })
    expect(await prove(assertion)).toBe(false)
    await clients.change(id, { disabled: false })
    expect(await prove(assertion)).toBe(true)
  })

  test('a key that was replaced is refused at once', async () => {
    const { clients, id, prove } = await register()
    expect(await prove(signed(claimsOf(id, issuer)))).toBe(true)
    const next = { ...other.publicKey.export({ format: 'jwk' }), kid: 'own' }
    await clients.change(id, { keys: { kind: 'jwks', jwks: { keys: [next] } } })
    expect(await prove(signed(claimsOf(id, issuer)))).toBe(false)
    expect(await prove(signed(claimsOf(id, issuer), {}, other.privateKey))).toBe(true)
  })

  test('assertions are forgotten when no process takes them any more', async () => {
    let time = now()
    const clients = await open(() => time)
    const { id } = (await clients.create(worker)).client
    const prove = (exp: number) =>
      clients.authenticate({
        id,
        secret: undefined,
        assertion: signed({ ...claimsOf(id, issuer), iat: time, exp }),
      })
    const rows = async () =>
      sqliteDatabase(await opened).query(
        'SELECT expires_at FROM service_assertions WHERE client = $1',
        [id],
      )
    expect(await prove(time + 60)).toBeDefined()
    time += 3600
    expect(await prove(time + 60)).toBeDefined()
    expect(await rows()).toHaveLength(2)
    time += 3600
    expect(await prove(time + 60)).toBeDefined()
    expect(await rows()).toHaveLength(2)
  })

  test('a set of keys is fetched from the registered address; while its server is away the answer is 503', async () => {
    const published = createHttpServer((_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(keys.jwks))
    })
    published.listen(0, '127.0.0.1')
    await once(published, 'listening')
    const { port } = published.address() as AddressInfo
    const issuerHere = 'http://127.0.0.1:8888'
    const clients = await createSqlClients(sqliteDatabase(await opened), {
      ...times,
      issuer: issuerHere,
    })
    const jwksUri = `http://127.0.0.1:${String(port)}/jwks.json`
    const { id } = (await clients.create({ ...worker, keys: { kind: 'jwksUri', jwksUri } })).client
    const ask = (assertion: string) => clients.authenticate({ id, secret: undefined, assertion })
    expect(await ask(signed(claimsOf(id, issuerHere)))).toMatchObject({ id })
    published.close()
    const gone = await freePort()
    const nowhere = `http://127.0.0.1:${String(gone)}/jwks.json`
    await clients.change(id, { keys: { kind: 'jwksUri', jwksUri: nowhere } })
    await expect(ask(signed(claimsOf(id, issuerHere)))).rejects.toMatchObject({ status: 503 })
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

describe('private_key_jwt at the endpoints', () => {
  const folder = temporaryFolder()
  let service: RunningService
  let clients: Readonly<Record<'worker' | 'plain', TestClient>>
  let issuer: string

  beforeAll(async () => {
    const plain = { ...worker, keys: null }
    clients = await registerClients(folder.path, { worker, plain })
    service = await startService({ dataDir: folder.path })
    issuer = (
      (await (await fetch(`${service.origin}/.well-known/oauth-authorization-server`)).json()) as {
        issuer: string
      }
    ).issuer
  })
  afterAll(async () => {
    await service.stop()
    folder.remove()
  })

  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const assertion = (id: string) => signed(claimsOf(id, issuer))
  const own = { grant_type: 'client_credentials', client_assertion_type: type }
  const token = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    postForm(`${service.origin}/oauth/token`, form, headers)

  test('a client gets a token by its assertion, with and without client_id, and each once', async () => {
    const { id } = clients.worker
    const form = { ...own, client_assertion: assertion(id) }
    expect((await token(form)).body['token_type']).toBe('Bearer')
    expect(await token(form)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect((await token({ ...own, client_id: id, client_assertion: assertion(id) })).status).toBe(
      200,
    )
  })

  test('an assertion beside another way, of another client or of an unknown type is refused', async () => {
    const { worker: mine, plain } = clients
    const refused = (status: number, error: string) => ({ status, body: { error } })
    const form = () => ({ ...own, client_assertion: assertion(mine.id) })
    const twice = refused(400, 'invalid_request')
    expect(await token({ ...form(), client_id: mine.id, client_secret: 'x' })).toMatchObject(twice)
    expect(await token(form(), basic(plain))).toMatchObject(twice)
    expect(await token({ ...form(), client_assertion_type: 'x' })).toMatchObject(twice)
    expect(await token(own)).toMatchObject(twice)
    expect(await token({ ...form(), client_assertion_type: '' })).toMatchObject(twice)
    expect(await token({ ...form(), client_id: plain.id })).toMatchObject(
      refused(401, 'invalid_client'),
    )
    expect(await token({ ...own, client_assertion: 'x' })).toMatchObject(
      refused(401, 'invalid_client'),
    )
    expect(await token({ grant_type: 'client_credentials', client_id: mine.id })).toMatchObject(
      refused(401, 'invalid_client'),
    )
  })

  test('the metadata names the way and its algorithms', async () => {
    const answer = await fetch(`${service.origin}/.well-known/oauth-authorization-server`)
    const metadata = (await answer.json()) as Record<string, unknown>
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      expect(metadata[`${endpoint}_endpoint_auth_methods_supported`]).toContain('private_key_jwt')
      const algorithms = metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`]
      expect(algorithms).toContain('ES256')
      expect(algorithms).not.toContain('HS256')
    }
  })
})
