import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { generateKeyPairSync } from 'node:crypto'
import { type ServerResponse } from 'node:http'
import { privateKey } from '../../src/key/index.js'
import { memorySiteSessions } from '../../src/relying-party/index.js'
import { createVerifier } from '../../src/token/index.js'
import { startLiar, type Liar } from './liar.js'
import { visitorOf } from './visitor.js'

let liar: Liar
beforeAll(async () => {
  liar = await startLiar()
})
beforeEach(() => {
  liar.lies = {}
  liar.now = () => Date.now() / 1000
})
afterAll(() => liar.close())

describe('the metadata of a provider', () => {
  const wrong: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, string]>> = {
    'another issuer': [{ issuer: 'https://other.example' }, 'LOGIN_ISSUER'],
    'the issuer with a slash more': [{ issuer: 'SLASH' }, 'LOGIN_ISSUER'],
    'a login page over plain http elsewhere': [
      { authorization_endpoint: 'http://evil.example/authorize' },
      'PROVIDER_UNAVAILABLE',
    ],
    'a login page that is a script': [
      { authorization_endpoint: 'javascript:alert(1)' },
      'PROVIDER_UNAVAILABLE',
    ],
    'a login page that opens a program': [
      { authorization_endpoint: 'file:///bin/sh' },
      'PROVIDER_UNAVAILABLE',
    ],
    'a token endpoint inside the network': [
      { token_endpoint: 'http://169.254.169.254/token' },
      'PROVIDER_UNAVAILABLE',
    ],
    'a token endpoint elsewhere, for an issuer on this machine': [
      { token_endpoint: 'https://evil.example/token' },
      'PROVIDER_UNAVAILABLE',
    ],
    'no login page': [{ authorization_endpoint: undefined }, 'PROVIDER_UNAVAILABLE'],
    'no keys': [{ jwks_uri: undefined }, 'PROVIDER_UNAVAILABLE'],
  }
  test.each(Object.entries(wrong))(
    'metadata with %s begin no login',
    async (_, [metadata, code]) => {
      const issuer = metadata['issuer'] === 'SLASH' ? { issuer: `${liar.issuer}/` } : {}
      liar.lies = { metadata: { ...metadata, ...issuer } }
      const visitor = visitorOf(liar)
      const answer = await visitor.party.login(visitor.request('/auth/login'))
      expect([answer.status, visitor.events.at(-1)?.code, answer.setCookie]).toEqual([
        ...[code === 'LOGIN_ISSUER' ? 400 : 502, code],
        [],
      ])
    },
  )

  test('a provider that does not answer is 502, and its metadata serve for a day once they are there', async () => {
    const visitor = visitorOf(liar)
    const begin = () => visitor.party.login(visitor.request('/auth/login'))
    liar.lies = { metadata: { jwks_uri: undefined } }
    expect((await begin()).status).toBe(502)
    liar.lies = {}
    liar.now = () => Date.now() / 1000 + 5
    expect((await begin()).status).toBe(303)
    liar.lies = { metadata: { jwks_uri: undefined } }
    for (const [hours, status] of [
      [2, 303],
      [23, 303],
      [25, 502],
    ] as const) {
      liar.now = () => Date.now() / 1000 + hours * 3600
      expect([hours, (await begin()).status]).toEqual([hours, status])
    }
  })
})

describe('the token endpoint of a provider', () => {
  const replies: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'an error page': (response) => response.writeHead(500).end('<h1>down</h1>'),
    'a redirect': (response) => response.writeHead(307, { location: 'https://evil.example' }).end(),
    'no JSON': (response) => response.writeHead(200).end('access_token=a'),
    'an error by status 500': (response) =>
      response.writeHead(500).end('{"error":"invalid_grant"}'),
    'a closed connection': (response) => response.destroy(),
    'too much': (response) => response.writeHead(200).end(`{"a":"${'a'.repeat(300_000)}"}`),
    'nothing in time': () => undefined,
  }
  test.each(Object.entries(replies))(
    '%s is PROVIDER_UNAVAILABLE, with what lies behind it for the operator alone',
    async (_, reply) => {
      liar.lies = { reply }
      const visitor = visitorOf(liar, { timeoutMs: 2000 })
      const answer = await visitor.logIn()
      expect([answer.status, visitor.events.at(-1)?.code]).toEqual([502, 'PROVIDER_UNAVAILABLE'])
      expect(visitor.events.at(-1)?.fault).toBeInstanceOf(Error)
      expect(answer.body).not.toMatch(/down|evil|127\.0\.0\.1/)
    },
  )

  test("a fetch of the site that has followed a redirect is not believed, and the platform's own one fits", async () => {
    const platform = visitorOf(liar, { fetch: (url, init) => fetch(url, init) })
    expect((await platform.logIn()).status).toBe(303)
    const followed = visitorOf(liar, {
      fetch: async (url, init) => {
        const { status, headers, body } = await fetch(url, init)
        return { status, headers, body, redirected: init.body !== undefined }
      },
    })
    expect((await followed.logIn()).status).toBe(502)
  })

  test('keys that cannot be had are PROVIDER_UNAVAILABLE, and no bad token', async () => {
    liar.lies = { metadata: { jwks_uri: `${liar.issuer}/nowhere` } }
    const visitor = visitorOf(liar)
    expect((await visitor.logIn()).status).toBe(502)
    expect(visitor.events.at(-1)?.code).toBe('PROVIDER_UNAVAILABLE')
  })
})

describe('how a client proves who it is', () => {
  test('client_secret_basic writes id and secret as in a form', async () => {
    const clientSecret = 'a:b/c+d e%f and enough more characters'
    await visitorOf(liar, { clientSecret, clientId: 'shop' }).logIn()
    const { form, authorization = '' } = liar.asked.at(-1) ?? { form: new URLSearchParams() }
    const [id, sent = ''] = Buffer.from(authorization.slice(6), 'base64').toString().split(':')
    expect([id, decodeURIComponent(sent.replaceAll('+', ' '))]).toEqual(['shop', clientSecret])
    expect([form.has('client_secret'), form.has('client_id')]).toEqual([false, false])
  })

  test('client_secret_post and none put the id into the form', async () => {
    await visitorOf(liar, { tokenEndpointAuthMethod: 'client_secret_post' }).logIn()
    const posted = liar.asked.at(-1)
    expect([
      posted?.form.get('client_id'),
      posted?.form.has('client_secret'),
      posted?.authorization,
    ]).toEqual([...['shop', true], undefined])
    await visitorOf(liar, { tokenEndpointAuthMethod: 'none' }).logIn()
    const open = liar.asked.at(-1)
    expect([
      open?.form.get('client_id'),
      open?.form.has('client_secret'),
      open?.authorization,
    ]).toEqual([...['shop', false], undefined])
  })

  test('private_key_jwt signs an assertion for the issuer, new for each request', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const { issuer } = liar
    const visitor = visitorOf(liar, { privateKey: privateKey(pem, 'ES256', { kid: 'own' }) })
    await visitor.logIn()
    await visitor.post('refresh')
    const { publicKey } = await import('../../src/key/index.js')
    const keys = publicKey(
      pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'ES256',
      { kid: 'own' },
    )
    const verify = createVerifier({
      keys,
      algorithms: ['ES256'],
      issuer: 'shop',
      audience: issuer,
      maxTokenAge: '1m',
    })
    const [one, two] = await Promise.all(
      liar.asked.slice(-2).map(({ form }) => verify(form.get('client_assertion') ?? '')),
    )
    expect([one?.claims.sub, one?.claims.jti === two?.claims.jti]).toEqual(['shop', false])
  })
})

describe('a provider with another address for servers', () => {
  test('the server asks there, the browser goes to the issuer, and tokens name the issuer', async () => {
    const server = liar.issuer
    const { port } = new URL(server)
    const issuer = `http://accounts.localhost:${port}`
    const metadata = {
      issuer,
      // What a provider writes that goes by the host it was asked at.
      authorization_endpoint: `${server}/authorize`,
      token_endpoint: `${server}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/logout`,
    }
    liar.lies = { metadata, claims: { iss: issuer } }
    const visitor = visitorOf(liar, { issuer, serverAddress: server })
    const begun = await visitor.party.login(visitor.request('/auth/login'))
    expect(new URL(begun.headers['Location'] ?? '').origin).toBe(issuer)
    expect((await visitor.logIn(undefined, { iss: issuer })).status).toBe(303)
    const out = await visitor.post('logout')
    expect(new URL(out.headers['Location'] ?? '').origin).toBe(issuer)
  })
})

describe('forms of other providers', () => {
  test('Keycloak: an issuer with a path, azp, at_hash, typ in the claims, and logout tokens of typ JWT by an option', async () => {
    const keycloak = await startLiar('/realms/company')
    keycloak.lies = {
      claims: {
        typ: 'ID',
        azp: 'shop',
        acr: '1',
        auth_time: Math.floor(Date.now() / 1000),
        session_state: 'session-1',
      },
    }
    const ended: unknown[] = []
    const revocation = { revoke: (request: unknown) => ended.push(request) }
    const visitor = visitorOf(keycloak, { revocation, logoutTokenTyp: 'optional' })
    expect((await visitor.logIn()).status).toBe(303)
    const iat = Math.floor(Date.now() / 1000)
    const events = {
      'http://schemas.openid.net/event/backchannel-logout': {},
      revoke_offline_access: true,
    }
    const claims = {
      iss: keycloak.issuer,
      aud: 'shop',
      iat,
      exp: iat + 60,
      jti: 'a',
      typ: 'Logout',
      sid: 'session-1',
      sub: 'ada',
      events,
    }
    for (const [jti, typ] of [
      ['a', 'JWT'],
      ['b', undefined],
      ['c', 'logout+jwt'],
    ] as const)
      expect([
        typ,
        (await visitor.tell(keycloak.signed({ ...claims, jti }, { typ }))).status,
      ]).toEqual([typ, 200])
    const idToken = keycloak.signed(
      { ...claims, jti: 'd', events: undefined, nonce: 'n' },
      { typ: 'JWT' },
    )
    const access = keycloak.signed({ ...claims, jti: 'e' }, { typ: 'at+jwt' })
    expect([(await visitor.tell(idToken)).status, (await visitor.tell(access)).status]).toEqual([
      400, 400,
    ])
    expect(ended).toHaveLength(3)
    await keycloak.close()
  })

  test('Auth0: an issuer that ends in a slash, no iss in answers, and a logout token with sid and sub', async () => {
    const auth0 = await startLiar('/')
    auth0.lies = { metadata: { authorization_response_iss_parameter_supported: undefined } }
    const ended: unknown[] = []
    const visitor = visitorOf(auth0, {
      revocation: { revoke: (request: unknown) => ended.push(request) },
    })
    const state = (await visitor.login()).get('state') ?? ''
    expect((await visitor.comeBack({ code: 'c', state })).headers['Location']).toBe('/')
    const iat = Math.floor(Date.now() / 1000)
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const claims = {
      iss: auth0.issuer,
      aud: 'shop',
      iat,
      exp: iat + 60,
      jti: 'a',
      sid: 's',
      sub: 'auth0|1',
      events,
    }
    expect((await visitor.tell(auth0.signed(claims, { typ: 'logout+jwt' }))).status).toBe(200)
    expect(ended).toEqual([{ sid: 's' }])
    await auth0.close()
  })

  test('Entra: a tenant in the issuer, no sid, a long opaque access token in a store, and no template', async () => {
    const entra = await startLiar('/11111111-2222-3333-4444-555555555555/v2.0')
    entra.lies = {
      metadata: { authorization_response_iss_parameter_supported: undefined },
      claims: { sid: undefined, tid: '11111111-2222-3333-4444-555555555555', ver: '2.0', uti: 'a' },
      answer: {
        access_token: `PwB${'a'.repeat(5000)}==`,
        expires_in: '4500',
        refresh_token: `1.A${'b'.repeat(1500)}`,
      },
    }
    const visitor = visitorOf(entra, { store: memorySiteSessions() })
    const state = (await visitor.login()).get('state') ?? ''
    expect((await visitor.comeBack({ code: 'c', state, session_state: 's' })).status).toBe(303)
    const session = await visitor.party.session(visitor.request('/me'))
    expect(session).toMatchObject({
      subject: 'ada',
      accessToken: expect.stringMatching(/==$/) as unknown,
    })
    const template = { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }
    expect(() => visitorOf(entra, template)).toThrow(/createRelyingParty\.issuer: is a template/)
    await entra.close()
  })
})
