import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { privateKey } from '../../src/key/index.js'
import { signCompact, type VerifiedToken } from '../../src/token/index.js'
import { jwkOf } from '../key/pairs.js'
import { compileSnippets, snippetFolder } from '../setup/snippets.js'
import { startJwksServer, type JwksServer } from './remote/jwks-server.js'

const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8')
const folder = snippetFolder('provider-snippets')
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const [signing, other, encrypting] = [rsa(), rsa(), rsa()]

/** How a provider writes a key of its set. */
type Writes = (jwk: object, kid: string) => object

/** A provider as it shows itself to who verifies its tokens. */
interface Provider {
  readonly set: string
  readonly headers: Readonly<Record<string, string>>
  readonly writes: Writes
  readonly header?: object
  readonly good: object
  /** What it signs too, and is no token for this API. */
  readonly bad: Readonly<Record<string, object>>
}

const plain: Writes = (jwk, kid) => ({ alg: 'RS256', ...jwk, use: 'sig', kid })
/** With a certificate beside the key, of which only the key is used. */
const certified: Writes = (jwk, kid) => ({
  ...plain(jwk, kid),
  x5c: ['MIIC'],
  x5t: createHash('sha1').update(kid).digest('base64url'),
})
const hour = 'public, max-age=3600, must-revalidate, no-transform'
const tenant = '11111111-2222-3333-4444-555555555555'
const entra = `https://login.microsoftonline.com/${tenant}`
const pool = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI'
const cognitoClient = '1example23456789'
const realm = 'https://keycloak.example/realms/shop'
const googleClient = '1234567890-abc.apps.googleusercontent.com'

const providers: Readonly<Record<string, Provider>> = {
  Auth0: {
    set: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    writes: certified,
    header: { typ: 'JWT' },
    good: {
      iss: 'https://tenant.eu.auth0.com/',
      aud: ['https://api.example', 'https://tenant.eu.auth0.com/userinfo'],
      azp: 'client',
      scope: 'openid read:orders',
    },
    bad: {
      'an ID token': { aud: 'client' },
      'another tenant': { iss: 'https://other.eu.auth0.com/' },
      'the issuer without its slash': { iss: 'https://tenant.eu.auth0.com' },
    },
  },
  'Amazon Cognito': {
    set: `${pool}/.well-known/jwks.json`,
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=86400' },
    writes: plain,
    good: { iss: pool, token_use: 'access', client_id: cognitoClient, scope: 'read' },
    bad: {
      'an ID token': { token_use: 'id', client_id: undefined, aud: cognitoClient },
      'another client': { client_id: 'another' },
      'another pool': { iss: pool.replace('AbC', 'XyZ') },
    },
  },
  'Microsoft Entra ID': {
    set: `${entra}/discovery/v2.0/keys`,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'private' },
    // Without `alg`, and each key with the issuer that it signs for.
    writes: (jwk, kid) => ({
      ...jwk,
      ...{ use: 'sig', kid, x5t: kid, x5c: ['MIIC'] },
      issuer: `${entra}/v2.0`,
    }),
    header: { typ: 'JWT' },
    good: {
      iss: `${entra}/v2.0`,
      aud: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      tid: tenant,
      scp: 'read',
      ver: '2.0',
    },
    bad: {
      'another tenant': { iss: entra.replace('1111', '9999') + '/v2.0' },
      'the tid of another tenant': { tid: '66666666-7777-8888-9999-000000000000' },
      'no tid': { tid: undefined },
      'a token of version 1': { iss: `https://sts.windows.net/${tenant}/`, ver: '1.0' },
      'a token for Graph': { aud: '00000003-0000-0000-c000-000000000000' },
    },
  },
  Keycloak: {
    set: `${realm}/protocol/openid-connect/certs`,
    headers: { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-cache' },
    writes: certified,
    header: { typ: 'JWT' },
    good: { iss: realm, aud: ['shop-api', 'account'], typ: 'Bearer', azp: 'shop-web' },
    bad: {
      'an ID token': { typ: 'ID' },
      'a token without the mapper': { aud: 'account' },
      'another realm': { iss: 'https://keycloak.example/realms/master' },
    },
  },
  Firebase: {
    set: 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    headers: { 'content-type': 'application/json; charset=UTF-8', 'cache-control': hour },
    writes: plain,
    header: { typ: 'JWT' },
    good: {
      iss: 'https://securetoken.google.com/my-project',
      aud: 'my-project',
      auth_time: Math.floor(Date.now() / 1000) - 10,
      firebase: { sign_in_provider: 'password' },
    },
    bad: {
      'another project': { iss: 'https://securetoken.google.com/other', aud: 'other' },
      'the audience of another': { aud: 'other' },
      'no time of the login': { auth_time: undefined },
    },
  },
  Google: {
    set: 'https://www.googleapis.com/oauth2/v3/certs',
    headers: { 'content-type': 'application/json; charset=UTF-8', 'cache-control': hour },
    writes: plain,
    header: { typ: 'JWT' },
    good: { iss: 'https://accounts.google.com', aud: googleClient, azp: googleClient },
    bad: {
      "another site's client": { aud: '999-xyz.apps.googleusercontent.com' },
      'another issuer': { iss: 'https://accounts.example' },
      'nobody in particular': { sub: undefined },
    },
  },
}

/** What a block of the page exports, and what its key sets are asked through. */
interface Snippet {
  verify: (token: string) => Promise<VerifiedToken<unknown>> | VerifiedToken<unknown>
}

const fileOf = (title: string) => title.toLowerCase().replaceAll(' ', '-')
let server: JwksServer
/** Where the blocks were sent, by what they asked for. */
const asked: string[] = []

beforeAll(async () => {
  const files = Object.keys(providers).map((title) => [`${fileOf(title)}.ts`, blockOf(title)])
  expect(compileSnippets(folder, Object.fromEntries(files) as Record<string, string>)).toEqual([])
  server = await startJwksServer((request, response) => {
    const provider = Object.values(providers).find(({ set }) => request.url === pathOf(set))
    const keys = provider && [
      provider.writes(jwkOf(encrypting.publicKey), 'for-encryption'),
      provider.writes(jwkOf(signing.publicKey), 'signing'),
    ]
    if (keys?.[0]) Object.assign(keys[0], { use: 'enc', alg: 'RSA-OAEP' })
    response.writeHead(keys ? 200 : 404, provider?.headers)
    response.end(JSON.stringify({ keys }))
  })
  // The blocks as they stand, but for where their requests go: not to the provider.
  const standIn = `export * from 'jotgate'
import { remoteJwks as real } from 'jotgate'
export const remoteJwks = (url, options) => real(url, { ...options, fetch: globalThis.askStandIn })\n`
  writeFileSync(`${folder}stand-in.js`, standIn)
  Object.assign(globalThis, {
    askStandIn: (url: URL, init: RequestInit) => {
      asked.push(url.href)
      return fetch(server.origin + pathOf(url.href), init)
    },
  })
  for (const title of Object.keys(providers)) {
    const file = `${folder}${fileOf(title)}.js`
    writeFileSync(file, readFileSync(file, 'utf8').replace("'jotgate'", "'./stand-in.js'"))
  }
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

function blockOf(title: string): string {
  const start = page.indexOf(`\n## ${title}\n`)
  const [, code = ''] = /```ts\n([^]*?)```/.exec(page.slice(start)) ?? []
  expect([title, start > 0, code.includes('export const verify')]).toEqual([title, true, true])
  return code
}

function pathOf(url: string): string {
  return new URL(url).pathname
}

async function tokenOf(provider: Provider, claims: object = {}, key = signing): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    ...{ sub: 'user-1', iat: now - 5, exp: now + 600, jti: randomUUID() },
    ...provider.good,
    ...claims,
  }
  return signCompact(Buffer.from(JSON.stringify(payload)), privateKey(key.privateKey, 'RS256'), {
    kid: 'signing',
    ...provider.header,
  })
}

test('every provider of the page has a test', () => {
  const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
  expect(titles).toEqual(Object.keys(providers))
})

describe.each(Object.entries(providers))('%s', (title, provider) => {
  let verify: Snippet['verify']
  beforeAll(async () => {
    const module = (await import(pathToFileURL(`${folder}${fileOf(title)}.js`).href)) as Snippet // as the page writes it
    verify = async (token) => module.verify(token)
  })

  test('a token in the provider’s form is accepted with the set at its address', async () => {
    const { payload } = await verify(await tokenOf(provider))
    expect(payload).toMatchObject({ sub: 'user-1' })
    expect(asked).toContain(provider.set)
  })

  test.each(Object.keys(provider.bad))('%s is refused', async (name) => {
    await expect(verify(await tokenOf(provider, provider.bad[name]))).rejects.toMatchObject({
      status: 401,
    })
  })

  test('a token of another key with the same kid is refused, and so is an expired one', async () => {
    await expect(verify(await tokenOf(provider, {}, other))).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
    const old = Math.floor(Date.now() / 1000) - 3600
    await expect(verify(await tokenOf(provider, { exp: old }))).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
    })
  })
})
