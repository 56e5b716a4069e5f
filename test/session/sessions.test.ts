import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createServiceKeys, type TokenResponse } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions, serviceSecret } from './setup.js'

describe('a login', () => {
  test('a login answers with everything that a client needs', async () => {
    const { sessions, clock, verify } = makeSessions()
    const tokens = await login(sessions)
    const { claims } = await verify(tokens.accessToken)
    expect(tokens).toEqual({
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
      tokenType: 'Bearer',
      expiresIn: 900,
      accessExpire: clock.now() + 900,
      refreshAfter: tokens.refreshAfter,
      scope: 'read write',
      sid: claims['sid'],
    })
  })

  test('a login puts subject, session, client, scope, times and an id into the access token', async () => {
    const { sessions, clock, verify } = makeSessions()
    const { claims } = await verify((await login(sessions)).accessToken)
    expect(claims).toEqual({
      iss: 'https://auth.example',
      aud: 'api',
      sub: 'user-1',
      client_id: client,
      scope: 'read write',
      role: 'member',
      auth_time: clock.now(),
      iat: clock.now(),
      exp: clock.now() + 900,
      jti: claims.jti,
      sid: claims['sid'],
    })
    expect(claims.jti).toMatch(/^[\w-]{22}$/)
    expect(claims['sid']).toMatch(/^[\w-]{22}$/)
  })

  test('a login keeps the session id out of the access token, the answer and the list', async () => {
    const { sessions } = makeSessions()
    const tokens = await login(sessions)
    const id = Buffer.from(tokens.refreshToken, 'base64url').subarray(5, 21).toString('base64url')
    const answer = { ...tokens, refreshToken: '' }
    const [, payload = ''] = tokens.accessToken.split('.')
    const shown = JSON.stringify([answer, await sessions.list('user-1')])
    expect(shown + Buffer.from(payload, 'base64url').toString()).not.toContain(id)
  })

  test("a login takes the session's audience before the signer's", async () => {
    const { sessions, verify } = makeSessions()
    const begin = async (audience: string | string[]) => {
      const tokens = await sessions.issue({ subject: 'user-1', client, audience })
      return (await verify(tokens.accessToken)).claims.aud
    }
    expect(await begin('orders')).toBe('orders')
    expect(await begin(['orders', 'stock'])).toEqual(['orders', 'stock'])
  })

  test('a login with a subject that is loaded already does not ask for it', async () => {
    const { sessions, verify } = makeSessions()
    const request = { subject: 'user-1', client, loaded: { claims: { role: 'guest' } } }
    const tokens = await sessions.issue(request)
    expect((await verify(tokens.accessToken)).claims['role']).toBe('guest')
    const next = await sessions.refresh(tokens.refreshToken, { client })
    expect((await verify(next.accessToken)).claims['role']).toBe('member')
  })

  test('a login of a subject that may not hold a session is refused and leaves nothing behind', async () => {
    const { sessions, seen } = makeSessions()
    expect(await codeOf(sessions.issue({ subject: 'nobody', client }))).toBe('SUBJECT_REFUSED')
    expect(seen.order).toEqual([])
  })

  test('a session begun by a clock an hour ahead gets valid tokens at once when the clock is put right', async () => {
    const { sessions, clock, verify } = makeSessions()
    clock.advance(3600)
    const { refreshToken } = await login(sessions)
    clock.advance(-3600)
    const { accessToken } = await sessions.refresh(refreshToken, { client })
    expect((await verify(accessToken)).payload.iat).toBe(clock.now())
  })

  test('a login that follows a cut-off counts as begun after it, at its refreshes too', async () => {
    const { sessions, clock, verify } = makeSessions()
    const after = clock.now()
    const tokens = await sessions.issue({ subject: 'user-1', client, after })
    expect((await verify(tokens.accessToken)).claims.iat).toBe(after + 1)
    const next = await sessions.refresh(tokens.refreshToken, { client })
    expect((await verify(next.accessToken)).claims.iat).toBe(after + 1)
  })

  test.each([
    ['an empty subject', { subject: '', client }],
    ['a subject with a null character', { subject: 'a\0b', client }],
    ['a subject of 256 characters', { subject: 'x'.repeat(256), client }],
    ['an empty client', { subject: 'user-1', client: '' }],
    ['a scope with a quote', { subject: 'user-1', client, scope: '"' }],
    ['a scope with two spaces', { subject: 'user-1', client, scope: 'a  b' }],
    ['a claim of the issuer', { subject: 'user-1', client, loaded: { claims: { sub: 'user-2' } } }],
  ])('a login with %s is a fault of the program', async (_, request) => {
    const { sessions, seen } = makeSessions()
    await expect(sessions.issue(request)).rejects.toThrow(TypeError)
    expect(seen.order).toEqual([])
  })

  test('a login takes a subject of 255 characters', async () => {
    const { sessions, verify } = makeSessions()
    const subject = 'x'.repeat(255)
    const { accessToken } = await sessions.issue({ subject, client, loaded: { claims: {} } })
    expect((await verify(accessToken)).payload.sub).toBe(subject)
  })

  test('a login keeps no more of what came out of request headers than fits', async () => {
    const { sessions } = makeSessions()
    const meta = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`name-${String(index)}`, 'x'.repeat(20_000)]),
    )
    await sessions.issue({ subject: 'user-1', client, meta })
    const [session] = await sessions.list('user-1')
    expect(JSON.stringify(session).length).toBeLessThan(10_000)
  })
})

describe('a refresh', () => {
  test('a refresh gives a new pair, and the new refresh token works in its turn', async () => {
    const { sessions, clock, seen } = makeSessions()
    let tokens = await login(sessions)
    for (let round = 0; round < 5; round++) {
      clock.advance(450)
      const next = await sessions.refresh(tokens.refreshToken, { client })
      expect(next.refreshToken).not.toBe(tokens.refreshToken)
      expect(next.sid).toBe(tokens.sid)
      tokens = next
    }
    expect(seen.hooks.map(({ name }) => name)).toEqual(Array(5).fill('onRefreshed'))
  })

  test('a refresh does everything that can fail before it rotates, and nothing but computing after', async () => {
    const { sessions, seen } = makeSessions()
    const { refreshToken } = await login(sessions)
    seen.order.length = 0
    await sessions.refresh(refreshToken, { client })
    expect(seen.order).toEqual(['find', 'rotate', 'onRefreshed'])
  })

  test('a refresh asked twice within the grace gives the same refresh token twice', async () => {
    const { sessions, clock, seen } = makeSessions()
    const { refreshToken } = await login(sessions)
    const first = await sessions.refresh(refreshToken, { client })
    clock.advance(10)
    const second = await sessions.refresh(refreshToken, { client })
    expect(second.refreshToken).toBe(first.refreshToken)
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onRefreshed', 'onReplayed'])
  })

  test('a refresh reads the subject anew: a new role is in the next token, a disabled subject is refused', async () => {
    const { sessions, subjects, verify } = makeSessions()
    const tokens = await login(sessions)
    subjects.set('user-1', { claims: { role: 'admin' } })
    const next = await sessions.refresh(tokens.refreshToken, { client })
    expect((await verify(next.accessToken)).claims['role']).toBe('admin')
    subjects.delete('user-1')
    expect(await codeOf(sessions.refresh(next.refreshToken, { client }))).toBe('SUBJECT_REFUSED')
  })

  test('a refresh may narrow the scope for one access token, and the session keeps its own', async () => {
    const { sessions } = makeSessions()
    const tokens = await login(sessions)
    const narrowed = await sessions.refresh(tokens.refreshToken, { client, scope: 'read' })
    expect(narrowed.scope).toBe('read')
    expect((await sessions.refresh(narrowed.refreshToken, { client })).scope).toBe('read write')
  })

  test('a refresh never widens the scope, and a refused widening changes nothing', async () => {
    const { sessions } = makeSessions()
    const { refreshToken } = await login(sessions)
    for (const scope of ['admin', 'read admin', 'read  write', 'READ']) {
      const answer = sessions.refresh(refreshToken, { client, scope })
      expect(await codeOf(answer)).toBe('REFRESH_SCOPE')
    }
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
  })

  test('a refresh leaves out what the subject may no longer have', async () => {
    const { sessions, subjects } = makeSessions()
    const tokens = await login(sessions)
    subjects.set('user-1', { claims: {}, scope: 'write other' })
    const next = await sessions.refresh(tokens.refreshToken, { client })
    expect(next.scope).toBe('write')
  })

  test('a refresh by another client is refused, and the session lives on', async () => {
    const { sessions } = makeSessions()
    const { refreshToken } = await login(sessions)
    expect(await codeOf(sessions.refresh(refreshToken, { client: 'app' }))).toBe('REFRESH_CLIENT')
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
  })

  test('a refresh of a session that does not exist is unknown', async () => {
    const { refreshToken } = await login(makeSessions().sessions)
    const { sessions } = makeSessions()
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBe('REFRESH_UNKNOWN')
  })

  test('a refresh after seven idle days is too late; before it the days begin anew', async () => {
    const { sessions, clock } = makeSessions()
    let tokens = await login(sessions)
    clock.advance(604_799)
    tokens = await sessions.refresh(tokens.refreshToken, { client })
    clock.advance(604_800)
    expect(await codeOf(sessions.refresh(tokens.refreshToken, { client }))).toBe('REFRESH_EXPIRED')
  })

  test('a refresh never stretches the absolute expiry, however often it happens', async () => {
    const { sessions, clock } = makeSessions()
    let tokens = await login(sessions)
    const end = clock.now() + 2_592_000
    for (let round = 0; round < 1000; round++) {
      clock.advance(2591)
      tokens = await sessions.refresh(tokens.refreshToken, { client })
    }
    clock.advance(900)
    tokens = await sessions.refresh(tokens.refreshToken, { client })
    expect(tokens.accessExpire).toBe(end)
    expect(tokens.expiresIn).toBe(100)
    expect((await sessions.list('user-1'))[0]?.expiresAt).toBe(end)
    clock.advance(100)
    expect(await codeOf(sessions.refresh(tokens.refreshToken, { client }))).toBe('REFRESH_EXPIRED')
  })

  test('a refresh works across a change of the service key', async () => {
    const { sessions: store } = memoryStores()
    const { refreshToken } = await login(makeSessions({ store }).sessions)
    const serviceKey = createServiceKeys({ current: randomBytes(32), previous: [serviceSecret] })
    const { sessions } = makeSessions({ store, serviceKey })
    const next = await sessions.refresh(refreshToken, { client })
    expect(await codeOf(sessions.refresh(next.refreshToken, { client }))).toBeUndefined()
  })

  test('a refresh recovers by client: an app may be offline for a day, the web for no time', async () => {
    const recoverWithin = { byClient: { app: '1d' }, otherwise: 0 } as const
    for (const [name, code] of [
      ['app', undefined],
      ['web', 'REFRESH_REUSED'],
    ] as const) {
      const { sessions, clock } = makeSessions({ recoverWithin })
      const { refreshToken } = await sessions.issue({ subject: 'user-1', client: name })
      await sessions.refresh(refreshToken, { client: name })
      clock.advance(86_400)
      expect(await codeOf(sessions.refresh(refreshToken, { client: name }))).toBe(code)
    }
  })
})

describe('when to refresh', () => {
  async function draws(count: number, tokens: TokenResponse, again: () => Promise<TokenResponse>) {
    const drawn = [tokens.refreshAfter]
    while (drawn.length < count) drawn.push((await again()).refreshAfter)
    return drawn
  }

  test('the time to refresh is drawn anew, for replays too, from a window around half of the life', async () => {
    const { sessions, clock } = makeSessions()
    const { refreshToken } = await login(sessions)
    const replay = () => sessions.refresh(refreshToken, { client })
    const drawn = await draws(2000, await replay(), replay)
    const offsets = drawn.map((time) => time - clock.now())
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(450 - 90)
    expect(Math.max(...offsets)).toBeLessThanOrEqual(450 + 90)
    expect(Math.max(...offsets) - Math.min(...offsets)).toBeGreaterThan(6 * 10)
    expect(new Set(offsets).size).toBeGreaterThan(100)
  })

  test('access tokens expire at different moments when there is jitter, never later', async () => {
    const { sessions, clock } = makeSessions({ expiryJitter: 0.05 })
    const lives = new Set<number>()
    for (let round = 0; round < 200; round++) lives.add((await login(sessions)).expiresIn)
    expect(Math.max(...lives)).toBeLessThanOrEqual(900)
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(855)
    expect(lives.size).toBeGreaterThan(10)
    expect((await login(sessions)).refreshAfter).toBeLessThan(clock.now() + 900)
  })
})
