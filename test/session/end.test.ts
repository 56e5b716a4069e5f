import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import type { EndTarget, SessionStore, TokenResponse } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions } from './setup.js'

describe('ending a session', () => {
  test('ending a session by its refresh token refuses the token from then on', async () => {
    const { sessions, seen } = makeSessions()
    const tokens = await login(sessions)
    expect(await sessions.end(tokens.refreshToken)).toMatchObject({
      sid: tokens.sid,
      wasLive: true,
    })
    expect(seen.revoked).toEqual([tokens.sid])
    expect(await sessions.end(tokens.refreshToken)).toMatchObject({ wasLive: false })
    expect(await codeOf(sessions.refresh(tokens.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test('ending a session by the sid of its access token refuses its refresh token too', async () => {
    const { sessions, verify } = makeSessions()
    const tokens = await login(sessions)
    const { payload } = await verify(tokens.accessToken)
    await sessions.end({ sid: String(payload['sid']), subject: payload.sub ?? '' })
    expect(await codeOf(sessions.refresh(tokens.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test.each([
    '',
    '\0',
    'a\0b',
    'A'.repeat(23),
    '\ud800'.padEnd(22, 'A'),
    '../../../../etc/passwd1',
  ])('ending a session by a name that none can have asks no store for it: %j', async (sid) => {
    const { sessions, seen } = makeSessions()
    const targets = [{ sid, whosever: true } as const, { sid, subject: 'user-1' }]
    for (const target of targets) expect(await codeOf(sessions.end(target))).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(sessions.endOthers({ sid, subject: 'user-1' }))).toBe('REFRESH_UNKNOWN')
    expect(seen.order).toEqual([])
  })

  test('ending a session has its access tokens refused and its row ended, then notes that both is done', async () => {
    const { sessions, seen } = makeSessions()
    const tokens = await login(sessions)
    seen.order.length = 0
    await sessions.end(tokens.refreshToken)
    expect(seen.order).toEqual(['find', 'revoke', 'end', 'settle'])
  })

  test('ending a session is not confirmed when the access tokens could not be refused', async () => {
    const revoke = () => Promise.reject(new AuthError('STORE_UNAVAILABLE'))
    const { sessions } = makeSessions({ revoke })
    const tokens = await login(sessions)
    expect(await codeOf(sessions.end(tokens.refreshToken))).toBe('STORE_UNAVAILABLE')
  })

  test('ending a session twice is the same as once', async () => {
    const { sessions } = makeSessions()
    const tokens = await login(sessions)
    const again = { ...(await sessions.end(tokens.refreshToken)), wasLive: false }
    expect(await sessions.end(tokens.refreshToken)).toEqual(again)
    expect(await sessions.end({ sid: tokens.sid, subject: 'user-1' })).toEqual(again)
  })

  test('ending a session works with a refresh token that has been replaced or has expired', async () => {
    const { sessions, clock } = makeSessions()
    const old = await login(sessions)
    const current = await sessions.refresh(old.refreshToken, { client })
    clock.advance(604_800)
    await sessions.end(old.refreshToken)
    expect(await codeOf(sessions.refresh(current.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test('ending a session of another subject is refused as unknown, and the session lives on', async () => {
    const { sessions } = makeSessions()
    const tokens = await login(sessions)
    const foreign = sessions.end({ sid: tokens.sid, subject: 'user-2' })
    expect(await codeOf(foreign)).toBe('REFRESH_UNKNOWN')
    const nobody = sessions.end({ sid: 'AAAAAAAAAAAAAAAAAAAAAA', subject: 'user-2' })
    expect(await codeOf(nobody)).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(sessions.refresh(tokens.refreshToken, { client }))).toBeUndefined()
  })

  test('an administrator ends a session of any subject with whosever', async () => {
    const { sessions } = makeSessions()
    const tokens = await login(sessions)
    await sessions.end({ sid: tokens.sid, whosever: true })
    expect(await sessions.list('user-1')).toEqual([])
  })

  test.each([
    ['a subject that is missing from the claims', { subject: undefined }],
    ['null for a subject', { subject: null }],
    ['an empty subject', { subject: '' }],
    ['no subject at all', {}],
    ['a whosever that is not true', { whosever: undefined }],
    ['a whosever beside a missing subject', { subject: undefined, whosever: true }],
  ])('ending a session with %s ends nothing', async (_, rest) => {
    const { sessions, seen } = makeSessions()
    const { sid } = await login(sessions)
    seen.order.length = 0
    const mistaken = { sid, ...rest } as unknown as EndTarget // what plain JavaScript can pass
    await expect(async () => sessions.end(mistaken)).rejects.toThrow(TypeError)
    expect(seen.order).toEqual([])
    expect(await sessions.list('user-1')).toHaveLength(1)
  })

  test.each(['endAll', 'list'] as const)('%s without a subject is refused', async (name) => {
    const { sessions } = makeSessions()
    const nobody = undefined as unknown as string // what plain JavaScript can pass
    await expect(sessions[name](nobody)).rejects.toThrow(TypeError)
  })

  test("ending a session by another client's request is refused (RFC 7009)", async () => {
    const { sessions } = makeSessions()
    const { refreshToken } = await login(sessions)
    const foreign = sessions.end({ refreshToken, client: 'app' })
    expect(await codeOf(foreign)).toBe('REFRESH_CLIENT')
    await sessions.end({ refreshToken, client })
    expect(await sessions.list('user-1')).toEqual([])
  })
})

describe('ending several', () => {
  test('the others leaves the one that asks', async () => {
    const { sessions, seen } = makeSessions()
    const [own, second, third] = [
      await login(sessions),
      await login(sessions),
      await login(sessions),
    ]
    const foreign = await sessions.issue({ subject: 'user-2', client })
    const ended = await sessions.endOthers({ sid: own.sid, subject: 'user-1' })
    expect(new Set(ended.map(({ sid }) => sid))).toEqual(new Set([second.sid, third.sid]))
    expect(new Set(seen.revoked)).toEqual(new Set([second.sid, third.sid]))
    expect((await sessions.list('user-1')).map(({ sid }) => sid)).toEqual([own.sid])
    expect((await sessions.list('user-2')).map(({ sid }) => sid)).toEqual([foreign.sid])
  })

  test("the others of somebody else's session is refused as unknown", async () => {
    const { sessions } = makeSessions()
    const own = await login(sessions)
    const answer = sessions.endOthers({ sid: own.sid, subject: 'user-2' })
    expect(await codeOf(answer)).toBe('REFRESH_UNKNOWN')
    expect(await sessions.list('user-1')).toHaveLength(1)
  })

  test('all ends every one, and again ends none', async () => {
    const { sessions } = makeSessions()
    await login(sessions)
    await login(sessions)
    expect(await sessions.endAll('user-1')).toHaveLength(2)
    expect(await sessions.endAll('user-1')).toEqual([])
    expect(await sessions.list('user-1')).toEqual([])
  })

  test('the others of some hundred goes on a few at a time and lets others in between', async () => {
    let turns = 0
    let open = 0
    let most = 0
    const revoke = async () => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setImmediate(resolve))
      open--
    }
    const { sessions } = makeSessions({ revoke, maxSessions: 5000 })
    const own = await login(sessions)
    for (let left = 256; left > 0; left--) await login(sessions)
    const count = (): void => {
      turns++
      others = setImmediate(count)
    }
    let others = setImmediate(count)
    expect(await sessions.endOthers({ sid: own.sid, subject: 'user-1' })).toHaveLength(256)
    clearImmediate(others)
    expect(most).toBeLessThanOrEqual(32)
    expect(turns).toBeGreaterThan(7)
  })

  test('the others of more than that is one cut-off, and the session that asks goes on with a refresh', async () => {
    const { sessions, seen, clock } = makeSessions({ maxSessions: 5000 })
    const own = await login(sessions)
    for (let left = 257; left > 0; left--) await login(sessions)
    clock.advance(100)
    expect(await sessions.endOthers({ sid: own.sid, subject: 'user-1' })).toHaveLength(257)
    const cutOff = { subject: 'user-1', before: clock.now(), urgent: true }
    expect(seen.revoked).toEqual([cutOff])
    expect(await codeOf(sessions.refresh(own.refreshToken, { client }))).toBeUndefined()
  })

  test('all of a thousand is one cut-off, before the store is told', async () => {
    const { sessions, seen, clock } = makeSessions({ maxSessions: 5000 })
    for (let left = 1000; left > 0; left--) await login(sessions)
    seen.order.length = 0
    expect(await sessions.endAll('user-1')).toHaveLength(1000)
    expect(seen.order).toEqual(['list', 'revoke', 'endAll', 'due', 'settle'])
    const cutOff = { subject: 'user-1', before: clock.now(), urgent: true }
    expect(seen.revoked).toEqual([cutOff])
    expect(await sessions.list('user-1')).toEqual([])
  })

  test('all that begins after the cut-off of a thousand, and before the store is told, is refused too', async () => {
    const { sessions: store } = memoryStores()
    const late: SessionStore = {
      ...store,
      endAll: async (request) => {
        made.clock.advance(1)
        begun = await login(made.sessions)
        return store.endAll(request)
      },
    }
    const made = makeSessions({ store: late })
    let begun: TokenResponse | undefined
    for (let left = 40; left > 0; left--) await login(made.sessions)
    expect(await made.sessions.endAll('user-1')).toHaveLength(41)
    expect(made.seen.revoked).toEqual([
      { subject: 'user-1', before: made.clock.now() - 1, urgent: true },
      begun?.sid,
    ])
  })
})

describe('the list of sessions', () => {
  test('the list of sessions shows what the owner may see, newest first', async () => {
    const { sessions, clock } = makeSessions()
    const meta = { userAgent: 'Test/1.0', address: '192.0.2.1' }
    const older = await sessions.issue({ subject: 'user-1', client, scope: 'read', meta })
    const began = clock.now()
    clock.advance(1)
    const newer = await login(sessions)
    const listed = await sessions.list('user-1')
    expect(listed.map(({ sid }) => sid)).toEqual([newer.sid, older.sid])
    expect(listed[1]).toEqual({
      sid: older.sid,
      subject: 'user-1',
      client,
      scope: 'read',
      createdAt: began,
      lastUsedAt: began,
      expiresAt: began + 2_592_000,
      meta,
      facts: {},
      authTime: began,
    })
  })

  test('the list of sessions tells when a session was last used to the hour, not to the second', async () => {
    const { sessions, clock } = makeSessions()
    const { refreshToken } = await login(sessions)
    clock.advance(7321)
    await sessions.refresh(refreshToken, { client })
    const [session] = await sessions.list('user-1')
    expect((session?.lastUsedAt ?? 1) % 3600).toBe(0)
    expect(clock.now() - (session?.lastUsedAt ?? 0)).toBeLessThan(3600)
  })

  test('the list of sessions does not change at the moment when the owner refreshes', async () => {
    const { sessions, clock } = makeSessions({ accessTtl: '4h' })
    let { refreshToken } = await login(sessions)
    for (let round = 0; round < 50; round++) {
      clock.advance(6000 + 53 * round)
      const before = await sessions.list('user-1')
      refreshToken = (await sessions.refresh(refreshToken, { client })).refreshToken
      expect(await sessions.list('user-1')).toEqual(before)
    }
  })

  test('the list of sessions still shows when a session was last used, although it is not used any more', async () => {
    const { sessions, clock } = makeSessions()
    await login(sessions)
    const began = clock.now()
    clock.advance(86_400)
    const [session] = await sessions.list('user-1')
    expect(session?.lastUsedAt).toBe(began)
  })
})
