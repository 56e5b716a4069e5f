import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/core/errors.js'
import type { EndTarget, FamilyStore, TokenResponse } from '../../src/sessions/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeIssuer } from './setup.js'

describe('ending a session', () => {
  test('by its refresh token refuses the token from then on', async () => {
    const { issuer, seen } = makeIssuer()
    const tokens = await login(issuer)
    expect((await issuer.end(tokens.refreshToken)).sid).toBe(tokens.sid)
    expect(seen.revoked).toEqual([tokens.sid])
    expect(await codeOf(issuer.refresh(tokens.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test('by the sid of its access token does the same', async () => {
    const { issuer, verify } = makeIssuer()
    const tokens = await login(issuer)
    const { payload } = await verify(tokens.accessToken)
    await issuer.end({ sid: String(payload['sid']), subject: payload.sub ?? '' })
    expect(await codeOf(issuer.refresh(tokens.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test.each([
    '',
    '\0',
    'a\0b',
    'A'.repeat(23),
    '\ud800'.padEnd(22, 'A'),
    '../../../../etc/passwd1',
  ])('knows no session by a name that none can have, and asks no store for it: %j', async (sid) => {
    const { issuer, seen } = makeIssuer()
    const targets = [{ sid, whosever: true } as const, { sid, subject: 'user-1' }]
    for (const target of targets) expect(await codeOf(issuer.end(target))).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(issuer.endOthers({ sid, subject: 'user-1' }))).toBe('REFRESH_UNKNOWN')
    expect(seen.order).toEqual([])
  })

  test('first has the access tokens refused: a failure in between can be repeated', async () => {
    const { issuer, seen } = makeIssuer()
    const tokens = await login(issuer)
    seen.order.length = 0
    await issuer.end(tokens.refreshToken)
    expect(seen.order).toEqual(['find', 'revoke', 'end'])
  })

  test('is not confirmed when the access tokens could not be refused', async () => {
    const revoke = () => Promise.reject(new AuthError('STORE_UNAVAILABLE'))
    const { issuer } = makeIssuer({ revoke })
    const tokens = await login(issuer)
    expect(await codeOf(issuer.end(tokens.refreshToken))).toBe('STORE_UNAVAILABLE')
  })

  test('twice is the same as once', async () => {
    const { issuer } = makeIssuer()
    const tokens = await login(issuer)
    const first = await issuer.end(tokens.refreshToken)
    expect(await issuer.end(tokens.refreshToken)).toEqual(first)
    expect(await issuer.end({ sid: tokens.sid, subject: 'user-1' })).toEqual(first)
  })

  test('works with a refresh token that has been replaced or has expired', async () => {
    const { issuer, clock } = makeIssuer()
    const old = await login(issuer)
    const current = await issuer.refresh(old.refreshToken, { client })
    clock.advance(604_800)
    await issuer.end(old.refreshToken)
    expect(await codeOf(issuer.refresh(current.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test('of somebody else is refused as unknown, and the session lives on', async () => {
    const { issuer } = makeIssuer()
    const tokens = await login(issuer)
    const foreign = issuer.end({ sid: tokens.sid, subject: 'user-2' })
    expect(await codeOf(foreign)).toBe('REFRESH_UNKNOWN')
    const nobody = issuer.end({ sid: 'AAAAAAAAAAAAAAAAAAAAAA', subject: 'user-2' })
    expect(await codeOf(nobody)).toBe('REFRESH_UNKNOWN')
    expect(await codeOf(issuer.refresh(tokens.refreshToken, { client }))).toBeUndefined()
  })

  test('by an administrator is said in a word of its own', async () => {
    const { issuer } = makeIssuer()
    const tokens = await login(issuer)
    await issuer.end({ sid: tokens.sid, whosever: true })
    expect(await issuer.list('user-1')).toEqual([])
  })

  test.each([
    ['a subject that is missing from the claims', { subject: undefined }],
    ['null for a subject', { subject: null }],
    ['an empty subject', { subject: '' }],
    ['no subject at all', {}],
    ['a whosever that is not true', { whosever: undefined }],
    ['a whosever beside a missing subject', { subject: undefined, whosever: true }],
  ])('with %s ends nothing', async (_, rest) => {
    const { issuer, seen } = makeIssuer()
    const { sid } = await login(issuer)
    seen.order.length = 0
    const mistaken = { sid, ...rest } as unknown as EndTarget // what plain JavaScript can pass
    await expect(async () => issuer.end(mistaken)).rejects.toThrow(TypeError)
    expect(seen.order).toEqual([])
    expect(await issuer.list('user-1')).toHaveLength(1)
  })

  test.each(['endAll', 'list'] as const)('%s without a subject is refused', async (name) => {
    const { issuer } = makeIssuer()
    const nobody = undefined as unknown as string // what plain JavaScript can pass
    await expect(issuer[name](nobody)).rejects.toThrow(TypeError)
  })

  test("by another client's request is refused (RFC 7009)", async () => {
    const { issuer } = makeIssuer()
    const { refreshToken } = await login(issuer)
    const foreign = issuer.end({ refreshToken, client: 'app' })
    expect(await codeOf(foreign)).toBe('REFRESH_CLIENT')
    await issuer.end({ refreshToken, client })
    expect(await issuer.list('user-1')).toEqual([])
  })
})

describe('ending several', () => {
  test('the others leaves the one that asks', async () => {
    const { issuer, seen } = makeIssuer()
    const [own, second, third] = [await login(issuer), await login(issuer), await login(issuer)]
    const foreign = await issuer.issue({ subject: 'user-2', client })
    const ended = await issuer.endOthers({ sid: own.sid, subject: 'user-1' })
    expect(new Set(ended.map(({ sid }) => sid))).toEqual(new Set([second.sid, third.sid]))
    expect(new Set(seen.revoked)).toEqual(new Set([second.sid, third.sid]))
    expect((await issuer.list('user-1')).map(({ sid }) => sid)).toEqual([own.sid])
    expect((await issuer.list('user-2')).map(({ sid }) => sid)).toEqual([foreign.sid])
  })

  test("the others of somebody else's session is refused as unknown", async () => {
    const { issuer } = makeIssuer()
    const own = await login(issuer)
    const answer = issuer.endOthers({ sid: own.sid, subject: 'user-2' })
    expect(await codeOf(answer)).toBe('REFRESH_UNKNOWN')
    expect(await issuer.list('user-1')).toHaveLength(1)
  })

  test('all ends every one, and again ends none', async () => {
    const { issuer } = makeIssuer()
    await login(issuer)
    await login(issuer)
    expect(await issuer.endAll('user-1')).toHaveLength(2)
    expect(await issuer.endAll('user-1')).toEqual([])
    expect(await issuer.list('user-1')).toEqual([])
  })

  test('the others of a thousand goes on a few at a time and lets others in between', async () => {
    let turns = 0
    let open = 0
    let most = 0
    const revoke = async () => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setImmediate(resolve))
      open--
    }
    const { issuer } = makeIssuer({ revoke })
    const own = await login(issuer)
    for (let left = 1000; left > 0; left--) await login(issuer)
    const count = (): void => {
      turns++
      others = setImmediate(count)
    }
    let others = setImmediate(count)
    expect(await issuer.endOthers({ sid: own.sid, subject: 'user-1' })).toHaveLength(1000)
    clearImmediate(others)
    expect(most).toBeLessThanOrEqual(32)
    expect(turns).toBeGreaterThan(30)
  })

  test('all of a thousand is one cut-off, before the store is told', async () => {
    const { issuer, seen, clock } = makeIssuer()
    for (let left = 1000; left > 0; left--) await login(issuer)
    seen.order.length = 0
    expect(await issuer.endAll('user-1')).toHaveLength(1000)
    expect(seen.order).toEqual(['list', 'revoke', 'endAll'])
    expect(seen.revoked).toEqual([{ subject: 'user-1', before: clock.now() }])
    expect(await issuer.list('user-1')).toEqual([])
  })

  test('all that begins after the cut-off of a thousand, and before the store is told, is refused too', async () => {
    const { families } = memoryStores()
    const late: FamilyStore = {
      ...families,
      endAll: async (request) => {
        made.clock.advance(1)
        begun = await login(made.issuer)
        return families.endAll(request)
      },
    }
    const made = makeIssuer({ families: late })
    let begun: TokenResponse | undefined
    for (let left = 40; left > 0; left--) await login(made.issuer)
    expect(await made.issuer.endAll('user-1')).toHaveLength(41)
    expect(made.seen.revoked).toEqual([
      { subject: 'user-1', before: made.clock.now() - 1 },
      begun?.sid,
    ])
  })

  test('all that fails half-way ends nothing that it has not refused', async () => {
    let left = 1
    const revoke = () =>
      left-- > 0 ? Promise.resolve() : Promise.reject(new AuthError('STORE_UNAVAILABLE'))
    const { issuer } = makeIssuer({ revoke })
    await login(issuer)
    await login(issuer)
    expect(await codeOf(issuer.endAll('user-1'))).toBe('STORE_UNAVAILABLE')
    expect(await issuer.list('user-1')).toHaveLength(2)
  })
})

describe('the list of sessions', () => {
  test('shows what the owner may see, newest first', async () => {
    const { issuer, clock } = makeIssuer()
    const meta = { userAgent: 'Test/1.0', address: '192.0.2.1' }
    const older = await issuer.issue({ subject: 'user-1', client, scope: 'read', meta })
    const began = clock.now()
    clock.advance(1)
    const newer = await login(issuer)
    const listed = await issuer.list('user-1')
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
    })
  })

  test('tells when a session was last used to the hour, not to the second', async () => {
    const { issuer, clock } = makeIssuer()
    const { refreshToken } = await login(issuer)
    clock.advance(7321)
    await issuer.refresh(refreshToken, { client })
    const [session] = await issuer.list('user-1')
    expect((session?.lastUsedAt ?? 1) % 3600).toBe(0)
    expect(clock.now() - (session?.lastUsedAt ?? 0)).toBeLessThan(3600)
  })

  test('does not change at the moment when the owner refreshes', async () => {
    const { issuer, clock } = makeIssuer({ accessTtl: '4h' })
    let { refreshToken } = await login(issuer)
    for (let round = 0; round < 50; round++) {
      clock.advance(6000 + 53 * round)
      const before = await issuer.list('user-1')
      refreshToken = (await issuer.refresh(refreshToken, { client })).refreshToken
      expect(await issuer.list('user-1')).toEqual(before)
    }
  })

  test('still tells of a session that nobody uses when it was used', async () => {
    const { issuer, clock } = makeIssuer()
    await login(issuer)
    const began = clock.now()
    clock.advance(86_400)
    const [session] = await issuer.list('user-1')
    expect(session?.lastUsedAt).toBe(began)
  })
})
