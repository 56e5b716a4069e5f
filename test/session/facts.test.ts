import { describe, expect, test } from 'vitest'
import { createServiceKeys, createSessions, type SessionStore } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions, makeWithRevocation, serviceSecret } from './setup.js'

const facts = { org: 'org-7', plan: { name: 'team', seats: 5 } }

describe('facts of a session', () => {
  test('facts are in every access token of the session, with when and how the user logged in', async () => {
    const { sessions, verify, clock } = makeSessions()
    const at = clock.now()
    const authentication = { amr: ['pwd', 'otp'], acr: 'urn:example:two' }
    let tokens = await sessions.issue({ subject: 'user-1', client, facts, authentication })
    for (let refresh = 0; refresh < 100; refresh++) {
      const { claims } = await verify(tokens.accessToken)
      expect(claims).toMatchObject({
        ...facts,
        ...{ auth_time: at, amr: ['pwd', 'otp'], acr: 'urn:example:two', role: 'member' },
      })
      clock.advance(600)
      tokens = await sessions.refresh(tokens.refreshToken, { client })
    }
  })

  test('a replayed and a recovered refresh have the same facts', async () => {
    const { sessions, verify, clock, seen } = makeSessions()
    const first = await sessions.issue({ subject: 'user-1', client, facts })
    clock.advance(600)
    await sessions.refresh(first.refreshToken, { client })
    const replayed = await sessions.refresh(first.refreshToken, { client })
    clock.advance(600)
    const recovered = await sessions.refresh(first.refreshToken, { client })
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onRefreshed', 'onReplayed', 'onRecovered'])
    for (const { accessToken } of [replayed, recovered])
      expect((await verify(accessToken)).claims).toMatchObject(facts)
  })

  test('loadSubject learns session, client and facts, and its claims are in place of facts of the same name', async () => {
    const asked: unknown[] = []
    const { sessions, verify } = makeSessions({
      loadSubject: (subject, session) => {
        asked.push([subject, session])
        return Promise.resolve({ claims: { org: 'from loadSubject' } })
      },
    })
    const tokens = await sessions.issue({ subject: 'user-1', client, facts })
    await sessions.refresh(tokens.refreshToken, { client })
    const context = ['user-1', { sid: tokens.sid, client, facts }]
    expect(asked).toEqual([context, context])
    expect((await verify(tokens.accessToken)).claims).toMatchObject({
      org: 'from loadSubject',
      plan: facts.plan,
    })
  })

  test.each([
    ['a claim that sessions set', { sid: 'x' }, /"sid" is set by createSessions/],
    ['auth_time', { auth_time: 1 }, /"auth_time" is set/],
    ['act', { act: { sub: 'admin' } }, /"act" is set/],
    ['the claim of a later cut-off', { jotgate_after: { sid: 9e9 } }, /"jotgate_after" is set/],
    ['a bigint', { id: 1n }, /"id" is a bigint/],
    ['a function', { run: () => 1 }, /"run" is a function/],
    ['more than 1 KiB', { text: 'ü'.repeat(510) }, /1031 bytes of JSON; at most 1024/],
    ['an array', ['org'], /one plain object/],
  ])('facts with %s are a fault of the program', async (_, wrong, message) => {
    const { sessions, store } = makeSessions()
    const given = wrong as Record<string, unknown> // some are what a caller in JavaScript may give
    const begun = sessions.issue({ subject: 'user-1', client, facts: given })
    await expect(begun).rejects.toThrow(message)
    const { sid } = await login(sessions)
    await expect(sessions.update(sid, given)).rejects.toThrow(message)
    expect(await store.list('user-1', 0)).toHaveLength(1)
  })

  test.each([
    ['an amr that is no array', { amr: 'pwd' }],
    ['an empty amr', { amr: [] }],
    ['an empty acr', { acr: '' }],
    ['a time ahead', { time: 9_000_000_000 }],
  ])('a login with %s is a fault of the program', async (_, authentication) => {
    const { sessions } = makeSessions()
    const request = { subject: 'user-1', client, authentication } as Parameters<
      typeof sessions.issue
    >[0] // what a caller in JavaScript may give
    await expect(sessions.issue(request)).rejects.toThrow(TypeError)
  })

  test('a login with claims for the first token alone is refused, and says what to give', async () => {
    const { sessions } = makeSessions()
    const request = { subject: 'user-1', client, claims: { org: 'org-7' } }
    await expect(sessions.issue(request)).rejects.toThrow(/give facts/)
  })

  test('a session of an earlier release has no facts, and goes on', async () => {
    const { sessions: store } = memoryStores()
    const earlier: SessionStore = {
      ...store,
      create: (session) => {
        const { details, ...kept } = session
        expect(details).toBeDefined()
        return store.create(kept)
      },
    }
    const { sessions, verify } = makeSessions({ store: earlier })
    const tokens = await login(sessions)
    const next = await sessions.refresh(tokens.refreshToken, { client })
    const { claims } = await verify(next.accessToken)
    expect(claims).not.toHaveProperty('auth_time')
    await sessions.update(tokens.sid, { org: 'org-8' })
    const later = await sessions.refresh(next.refreshToken, { client })
    expect((await verify(later.accessToken)).claims).toMatchObject({ org: 'org-8' })
  })
})

describe('an update of facts', () => {
  test('an update takes effect at the next refresh, and the list shows it', async () => {
    const { sessions, verify } = makeSessions()
    const tokens = await sessions.issue({ subject: 'user-1', client, facts })
    const info = await sessions.update(tokens.sid, { org: 'org-8' })
    expect(info.facts).toEqual({ org: 'org-8' })
    expect((await sessions.list('user-1'))[0]?.facts).toEqual({ org: 'org-8' })
    const next = await sessions.refresh(tokens.refreshToken, { client })
    const { claims } = await verify(next.accessToken)
    expect(claims['org']).toBe('org-8')
    expect(claims).not.toHaveProperty('plan')
  })

  test('an update while a refresh is under way is in the token of that refresh', async () => {
    const { sessions: store } = memoryStores()
    let meanwhile = (): Promise<unknown> => Promise.resolve()
    const slow: SessionStore = {
      ...store,
      rotate: async (request) => {
        await meanwhile()
        return store.rotate(request)
      },
    }
    const { sessions, verify } = makeSessions({ store: slow })
    const tokens = await sessions.issue({ subject: 'user-1', client, facts })
    meanwhile = () => sessions.update(tokens.sid, { org: 'org-8' })
    const next = await sessions.refresh(tokens.refreshToken, { client })
    expect((await verify(next.accessToken)).claims['org']).toBe('org-8')
  })

  test('with now, older access tokens are refused from that moment, and every later one is valid at once', async () => {
    const { sessions, verify, revocation } = await makeWithRevocation()
    let tokens = await sessions.issue({ subject: 'user-1', client, facts })
    const other = await login(sessions)
    // Three in one second: each refuses what came before it.
    for (const org of ['a', 'b', 'c']) {
      const before = await verify(tokens.accessToken)
      expect(revocation.isRevoked(before)).toBe(false)
      await sessions.update(tokens.sid, { org }, { now: true })
      expect(revocation.isRevoked(before)).toBe(true)
      tokens = await sessions.refresh(tokens.refreshToken, { client })
      const after = await verify(tokens.accessToken)
      expect(after.claims['org']).toBe(org)
      expect(revocation.isRevoked(after)).toBe(false)
    }
    expect(revocation.isRevoked(await verify(other.accessToken))).toBe(false)
    revocation.close()
  })

  test('with now, a token that a process with a clock 45 s ahead has just issued is refused too', async () => {
    const { sessions, verify, revocation, clock } = await makeWithRevocation()
    const tokens = await login(sessions)
    clock.advance(45)
    const { accessToken } = await sessions.refresh(tokens.refreshToken, { client })
    clock.advance(-45)
    await sessions.update(tokens.sid, facts, { now: true })
    clock.advance(45)
    expect(revocation.isRevoked(await verify(accessToken))).toBe(true)
    revocation.close()
  })

  test('with now, more updates than there are seconds are put off before anything is written', async () => {
    const { sessions, revocation, clock } = await makeWithRevocation()
    const { sid } = await login(sessions)
    for (let number = 0; number <= 60; number++)
      await sessions.update(sid, { number }, { now: true })
    const late = sessions.update(sid, { number: 61 }, { now: true })
    await expect(late).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryAfter: 1 })
    expect((await sessions.list('user-1'))[0]?.facts).toEqual({ number: 60 })
    clock.advance(1)
    await sessions.update(sid, { number: 61 }, { now: true })
    revocation.close()
  })

  test('an update with now where nothing is revoked is a fault of the program, and changes nothing', async () => {
    const { sessions: store } = memoryStores()
    const sessions = createSessions({
      sign: () => Promise.resolve('token'),
      store,
      serviceKey: createServiceKeys({ current: serviceSecret }),
      loadSubject: () => Promise.resolve({ claims: {} }),
    })
    const { sid } = await login(sessions)
    await expect(sessions.update(sid, facts, { now: true })).rejects.toThrow(
      /createSessions.revoke/,
    )
    expect((await store.findBySid(sid))?.details?.facts).toBeUndefined()
  })

  test('an update of a session that is unknown, has ended, expired or been revoked is refused', async () => {
    const revoked = new Set<string>()
    const { sessions, clock } = makeSessions({ isRevoked: (sid) => revoked.has(sid) })
    expect(await codeOf(sessions.update('A'.repeat(22), facts))).toBe('REFRESH_UNKNOWN')
    const ended = await login(sessions)
    await sessions.end(ended.refreshToken)
    expect(await codeOf(sessions.update(ended.sid, facts))).toBe('REFRESH_ENDED')
    const named = await login(sessions)
    revoked.add(named.sid)
    expect(await codeOf(sessions.update(named.sid, facts))).toBe('REFRESH_ENDED')
    const old = await login(sessions)
    clock.advance(8 * 86_400)
    expect(await codeOf(sessions.update(old.sid, facts))).toBe('REFRESH_EXPIRED')
  })

  test('a session that changes at every attempt is left as it is, with 503', async () => {
    const { sessions: store } = memoryStores()
    const busy: SessionStore = { ...store, replace: () => Promise.resolve(false) }
    const { sessions } = makeSessions({ store: busy })
    const { sid } = await login(sessions)
    expect(await codeOf(sessions.update(sid, facts))).toBe('STORE_UNAVAILABLE')
  })
})
