import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startService, temporaryFolder, type RunningService } from './running-service.js'

interface Pair {
  accessToken: string
  refreshToken: string
  tokenType: string
  expiresIn: number
  accessExpire: number
  refreshAfter: number
}

const folder = temporaryFolder()
let service: RunningService

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(service.origin + path, {
    method: 'POST',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const profile = (token: string) =>
  fetch(`${service.origin}/user/profile`, { headers: bearer(token) })
const login = async () =>
  (await (await post('/user/login', { username: 'alice', password: 'secret' })).json()) as Pair

describe('the walk of a first-party client', () => {
  test('login answers with a pair and the times that belong to it', async () => {
    const before = Math.floor(Date.now() / 1000)
    const answer = await post('/user/login', { username: 'alice', password: 'secret' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const pair = (await answer.json()) as Pair
    expect(pair.tokenType).toBe('Bearer')
    expect(pair.expiresIn).toBe(900)
    expect(pair.accessExpire).toBeGreaterThanOrEqual(before + 900)
    expect(pair.refreshAfter).toBeGreaterThan(before)
    expect(pair.refreshAfter).toBeLessThan(pair.accessExpire)
    expect(pair.accessToken.split('.')).toHaveLength(3)
    expect(pair.refreshToken).toMatch(/^[A-Za-z0-9_-]+$/)
  })

  test('the profile opens with the token, and not without', async () => {
    const { accessToken } = await login()
    const answer = await profile(accessToken)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ username: 'alice', roles: ['admin'] })

    const refused = await fetch(`${service.origin}/user/profile`)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer(?!.*error)/)
    expect(await refused.json()).toMatchObject({ status: 401, reason: 'token_missing' })
  })

  test('the profile can be changed', async () => {
    const { accessToken } = await login()
    const answer = await fetch(`${service.origin}/user/profile`, {
      method: 'PUT',
      headers: { ...bearer(accessToken), 'content-type': 'application/json' },
      body: JSON.stringify({ displayName: 'Alice L.' }),
    })
    expect(answer.status).toBe(200)
    expect(await (await profile(accessToken)).json()).toMatchObject({ displayName: 'Alice L.' })
  })

  test('refresh gives a new pair; twice at once, the same refresh token to both', async () => {
    const { refreshToken } = await login()
    const [one, two] = await Promise.all([
      post('/user/refresh', { refreshToken }),
      post('/user/refresh', { refreshToken }),
    ])
    const pairs = [(await one.json()) as Pair, (await two.json()) as Pair]
    expect(pairs[0]?.refreshToken).toBe(pairs[1]?.refreshToken)
    expect(pairs[0]?.refreshToken).not.toBe(refreshToken)
    for (const pair of pairs) expect((await profile(pair.accessToken)).status).toBe(200)
  })

  test('a tab that comes late with the old token, when others went on with the new one, stays signed in', async () => {
    const { refreshToken: old } = await login()
    const refresh = async (refreshToken: string) =>
      (await (await post('/user/refresh', { refreshToken })).json()) as Pair
    const first = await refresh(old)
    const next = await refresh(first.refreshToken)
    const late = await refresh(old)
    for (const pair of [next, late]) {
      expect(pair.refreshToken).toBe(first.refreshToken)
      expect((await profile(pair.accessToken)).status).toBe(200)
    }
    expect(new Set([first, next, late].map(({ accessToken }) => accessToken)).size).toBe(3)
  })

  test('after logout the access token and the refresh token are refused, and logout stays 204', async () => {
    const pair = await login()
    expect((await post('/user/logout', undefined, bearer(pair.accessToken))).status).toBe(204)
    const refused = await profile(pair.accessToken)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect((await post('/user/refresh', { refreshToken: pair.refreshToken })).status).toBe(401)
    expect((await post('/user/logout', undefined, bearer(pair.accessToken))).status).toBe(204)
  })

  test('logout works with the refresh token alone', async () => {
    const pair = await login()
    expect((await post('/user/logout', { refreshToken: pair.refreshToken })).status).toBe(204)
    expect((await profile(pair.accessToken)).status).toBe(401)
    expect((await post('/user/refresh', { refreshToken: pair.refreshToken })).status).toBe(401)
  })

  test('one session ends and the others go on', async () => {
    const [one, two] = [await login(), await login()]
    await post('/user/logout', undefined, bearer(one.accessToken))
    expect((await profile(one.accessToken)).status).toBe(401)
    expect((await profile(two.accessToken)).status).toBe(200)
  })

  test('another verifier accepts the tokens with nothing but the published JWK set', async () => {
    const { accessToken } = await login()
    const keys = createRemoteJWKSet(new URL(`${service.origin}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(accessToken, keys, {
      issuer: service.origin,
      audience: 'jotgate-demo',
      typ: 'at+jwt',
      requiredClaims: ['sub', 'client_id', 'jti', 'sid', 'iat', 'exp'],
    })
    expect(payload['client_id']).toBe('first-party')
  })

  test('the published set is cacheable and holds no private half', async () => {
    const answer = await fetch(`${service.origin}/.well-known/jwks.json`)
    expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/)
    const etag = answer.headers.get('etag') ?? ''
    const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] }
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) expect(key).not.toHaveProperty('d')
    const again = await fetch(`${service.origin}/.well-known/jwks.json`, {
      headers: { 'if-none-match': etag },
    })
    expect(again.status).toBe(304)
  })

  test('the printed curl lines work as printed', () => {
    const script = service
      .output()
      .split('\n')
      .filter((line) => /^(ANSWER|ACCESS|curl)/.test(line))
    expect(script.length).toBeGreaterThanOrEqual(6)
    const output = execFileSync('sh', ['-eu'], { input: script.join('\n'), encoding: 'utf8' })
    expect(output).toContain('"accessToken"')
    expect(output).toContain('"username":"alice"')
    expect(output).toContain('\n204\n')
    expect(output).toMatch(/HTTP\/1.1 401[^]*www-authenticate: Bearer[^]*token_invalid/i)
  })

  test('keys are kept where only their owner can read them', () => {
    expect(statSync(folder.path).mode & 0o077).toBe(0)
    expect(statSync(join(folder.path, 'keys')).mode & 0o777).toBe(0o700)
    for (const name of ['ring.key', 'refresh.key']) {
      expect(statSync(join(folder.path, 'keys', name)).mode & 0o777).toBe(0o600)
    }
  })
})
