import { createHash } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose'
import { createSigner } from 'jotgate'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfiguration } from '../../../apps/auth-service/dist/configuration/read-configuration.js'
import { readEnvironment } from '../../../apps/auth-service/dist/configuration/environment.js'
import { createLog } from '../../../apps/auth-service/dist/foundation/log.js'
import { createApp } from '../../../apps/auth-service/dist/http/app.js'
import { createService } from '../../../apps/auth-service/dist/http/service.js'
import type { SignIn } from '../../../apps/auth-service/dist/oauth/sign-in.js'
import { openDataDirectory } from '../../../apps/auth-service/dist/storage/data-directory.js'
import { demoSubject } from '../../../apps/auth-service/dist/users/demo-user.js'
import { temporaryFolder } from '../running-service.js'

const folder = temporaryFolder()
const environment = readEnvironment({ DATA_DIR: folder.path, LOG_LEVEL: 'error' })
const configuration = readConfiguration(environment, 'secret')
const open = () => {
  const { log } = createLog('error')
  return createService({ configuration, data: openDataDirectory(folder.path), log })
}
const service = await open()
const app = await createApp(service)
const origin = await app.listen({ host: '127.0.0.1', port: 0 })
const redirectUri = 'http://shop.localhost:3000/callback'
const registered = await service.oauth.clients.create({
  ...{ name: 'shop', kind: 'confidential', grants: ['authorization_code', 'refresh_token'] },
  ...{ scopes: ['openid'], audiences: [configuration.audience] },
  signIn: { redirectUris: [redirectUri], requirePkce: true },
})
const { client, secret = '' } = registered

afterAll(async () => {
  await app.close()
  await service.close()
  folder.remove()
})

function parts(): SignIn {
  if (service.oauth.signIn === undefined) throw new Error('logging in at sites is off')
  return service.oauth.signIn
}

const verifier = 'v'.repeat(43)
const codeChallenge = createHash('sha256').update(verifier).digest('base64url')

async function logIn() {
  const request = { subject: demoSubject, client: 'sso', authentication: { amr: ['pwd'] } }
  const { login } = parts().sso.kept(await parts().sso.sessionsFor(undefined).issue(request))
  const code = await parts().codes.create({
    ...{ client: client.id, redirectUri, codeChallenge, nonce: 'n-1', scope: ['openid'] },
    ...{ audience: [configuration.audience], subject: demoSubject, ssoSid: login.sid },
    ...{ authTime: login.authTime, amr: login.amr, acr: undefined, wantsAuthTime: false },
  })
  return { login, code }
}

async function token(fields: Readonly<Record<string, string>>) {
  const answer = await fetch(`${origin}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { authorization: `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}` },
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

const redeem = (code: string, more: Readonly<Record<string, string>> = {}) => {
  const usual = { redirect_uri: redirectUri, code_verifier: verifier }
  return token({ grant_type: 'authorization_code', code, ...usual, ...more })
}

async function published() {
  const rings = await parts().idTokens.rings()
  const sets = rings.map((ring) => JSON.parse(ring.publishedSet().body) as JSONWebKeySet)
  return createLocalJWKSet({ keys: sets.flatMap(({ keys }) => keys) })
}

const verify = async (text: string) =>
  (await jwtVerify(text, await published(), { issuer: configuration.issuer, audience: client.id }))
    .payload

describe('the grant authorization_code of a running service', () => {
  test('a code brings tokens and an ID token that says who logged in, when and how', async () => {
    const { login, code } = await logIn()
    const { status, body } = await redeem(code)
    expect(status).toBe(200)
    const { access_token: accessToken = '', id_token: idToken = '' } = body
    const claims = await verify(idToken)
    expect(claims).toMatchObject({ sub: demoSubject, nonce: 'n-1', auth_time: login.authTime })
    expect(claims['amr']).toEqual(['pwd'])
    expect(claims['sid']).not.toBe(login.sid)
    const half = createHash('sha256').update(accessToken).digest().subarray(0, 16)
    expect(claims['at_hash']).toBe(half.toString('base64url'))
    expect(decodeProtectedHeader(idToken)).toMatchObject({ alg: 'RS256', typ: 'JWT' })
  })

  test('a refreshed ID token keeps who logged in and when, and has no nonce', async () => {
    const { login, code } = await logIn()
    const { body } = await redeem(code)
    const { refresh_token: refreshToken = '' } = body
    const next = await token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    const claims = await verify(next.body['id_token'] ?? '')
    expect(claims).toMatchObject({ sub: demoSubject, auth_time: login.authTime })
    expect(claims['nonce']).toBeUndefined()
  })

  test('the end of the login in the browser ends the session at the site', async () => {
    const { login, code } = await logIn()
    const { body } = await redeem(code)
    await parts().sso.end(login)
    const { refresh_token: refreshToken = '' } = body
    const next = { grant_type: 'refresh_token', refresh_token: refreshToken }
    expect(await token(next)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }],
    ['no verifier', { code_verifier: '' }],
    ['another redirect address', { redirect_uri: `${redirectUri}/` }],
  ])('%s is refused, and leaves the code as it was', async (_name, more) => {
    const { code } = await logIn()
    expect(await redeem(code, more)).toMatchObject({ body: { error: 'invalid_grant' } })
    expect((await redeem(code)).status).toBe(200)
  })

  test('a redirect address that was taken away meanwhile brings nothing', async () => {
    const { code } = await logIn()
    const signIn = { redirectUris: [`${redirectUri}/next`] }
    await service.oauth.clients.change(client.id, { signIn })
    expect(await redeem(code)).toMatchObject({ body: { error: 'invalid_grant' } })
    await service.oauth.clients.change(client.id, { signIn: { redirectUris: [redirectUri] } })
  })
})

describe('ID tokens as hints', () => {
  const about = { client: client.id, subject: demoSubject, sid: 'site-1' } as const
  const content = { ...about, authTime: 1, amr: [], acr: undefined, accessToken: 'a' } as const

  test.each(['RS256', 'ES256'] as const)('an ID token by %s is a hint', async (algorithm) => {
    const hint = await parts().idTokens.sign({ ...content, algorithm })
    expect(await parts().idTokens.readHint(hint)).toEqual(about)
  })

  test('no other token, and nothing that was changed, is a hint', async () => {
    const { idTokens } = parts()
    const logout = await idTokens.signLogout({ ...about, algorithm: 'RS256' })
    const { body } = await redeem((await logIn()).code)
    const good = await idTokens.sign({ ...content, algorithm: 'ES256' })
    const [header = '', , signature = ''] = good.split('.')
    const claims = {
      iss: configuration.issuer,
      aud: client.id,
      sub: 'other',
      sid: 's',
      iat: 1,
      exp: 9,
    }
    const other = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    const wrong = [
      ...[logout, body['access_token'] ?? '', `${header}.${other}.${signature}`],
      ...[`${none}.${other}.`, 'a.b.c', '', `${good}x`, 'x'.repeat(20_000)],
    ]
    for (const text of wrong) expect(await idTokens.readHint(text)).toBeUndefined()
  })

  test('an ID token that has expired is still a hint', async () => {
    const [ring] = await parts().idTokens.rings()
    if (ring === undefined) throw new Error('there is no ring')
    const sign = createSigner({
      ...{ key: ring.signingKey, issuer: configuration.issuer, audience: client.id },
      ...{ expiresIn: 600, replaceable: ['iat'] },
    })
    const iat = Math.floor(Date.now() / 1000) - 30 * 86_400
    const hint = await sign({ sub: demoSubject, sid: about.sid, iat })
    expect(await parts().idTokens.readHint(hint)).toEqual(about)
  })

  test('a hint is still one after its key was replaced, and in a process that starts later', async () => {
    const hint = await parts().idTokens.sign({ ...content, algorithm: 'ES256' })
    const [, ring] = await parts().idTokens.rings()
    await ring?.rotate()
    const later = await open()
    expect(await later.oauth.signIn?.idTokens.readHint(hint)).toEqual(about)
    await later.close()
  })

  test('a logout token is one by Back-Channel Logout, and valid for two minutes', async () => {
    const text = await parts().idTokens.signLogout({ ...about, algorithm: 'RS256' })
    const claims = await verify(text)
    expect(decodeProtectedHeader(text)).toMatchObject({ typ: 'logout+jwt' })
    const event = 'http://schemas.openid.net/event/backchannel-logout'
    expect(claims).toMatchObject({ sub: demoSubject, sid: 'site-1', events: { [event]: {} } })
    expect(claims['nonce']).toBeUndefined()
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(120)
  })
})
