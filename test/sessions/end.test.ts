import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/core/errors.js'
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

  test('by an administrator needs no subject', async () => {
    const { issuer } = makeIssuer()
    const tokens = await login(issuer)
    await issuer.end({ sid: tokens.sid, subject: null })
    expect(await issuer.list('user-1')).toEqual([])
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

  test('all of a thousand lets others in between', async () => {
    let turns = 0
    const { issuer, seen } = makeIssuer()
    for (let left = 1000; left > 0; left--) await login(issuer)
    const count = (): void => {
      turns++
      others = setImmediate(count)
    }
    let others = setImmediate(count)
    await issuer.endAll('user-1')
    clearImmediate(others)
    expect(seen.revoked).toHaveLength(1000)
    expect(turns).toBeGreaterThan(100)
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
})
