import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import type { SessionsOptions, SessionStore } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions } from './setup.js'

/** A session whose first token has been replaced, long enough ago. */
async function replaced(options: Parameters<typeof makeSessions>[0] = {}, wait = 3601) {
  const made = makeSessions(options)
  const old = await login(made.sessions)
  const current = await made.sessions.refresh(old.refreshToken, { client })
  made.clock.advance(wait)
  made.seen.order.length = 0
  made.seen.hooks.length = 0
  return { ...made, old, current }
}

describe('a token that has been replaced', () => {
  test('a replaced token is refused after the recovery time, and ends the session of the other holder', async () => {
    const { sessions, old, current } = await replaced()
    expect(await codeOf(sessions.refresh(old.refreshToken, { client }))).toBe('REFRESH_REUSED')
    expect(await codeOf(sessions.refresh(current.refreshToken, { client }))).toBe('REFRESH_ENDED')
    expect(await sessions.list('user-1')).toEqual([])
  })

  test('a replaced token has the access tokens refused, the session ended and the alarm raised', async () => {
    const { sessions, seen, old } = await replaced()
    await codeOf(sessions.refresh(old.refreshToken, { client }))
    expect(seen.order).toEqual(['find', 'revoke', 'rotate', 'onReused', 'settle'])
    expect(seen.revoked).toEqual([old.sid])
  })

  test('a replaced token raises an alarm that names the session and no token', async () => {
    const { sessions, seen, clock, old } = await replaced()
    await codeOf(sessions.refresh(old.refreshToken, { client }))
    const event = { at: clock.now(), sid: old.sid, subject: 'user-1', client }
    expect(seen.hooks).toEqual([{ name: 'onReused', event }])
  })

  test('a replaced token ends the session and raises the alarm though the access tokens cannot be refused yet', async () => {
    let down = true
    const revoked: unknown[] = []
    const revoke: SessionsOptions['revoke'] = (entry) => {
      if (down) return Promise.reject(new AuthError('STORE_UNAVAILABLE'))
      revoked.push('sid' in entry ? entry.sid : entry)
      return Promise.resolve()
    }
    const { sessions, seen, old, current } = await replaced({ revoke })
    expect(await codeOf(sessions.refresh(old.refreshToken, { client }))).toBe('REFRESH_REUSED')
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onReused'])
    down = false
    for (const { refreshToken } of [old, current])
      expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBe('REFRESH_ENDED')
    expect(revoked).toEqual([old.sid])
  })

  test('a replaced token raises the alarm though the answer of the store, which ended the session, is lost', async () => {
    const { sessions: store } = memoryStores()
    let loses = false
    const losing: SessionStore = {
      ...store,
      rotate: async (request) => {
        const result = await store.rotate(request)
        if (loses) throw new AuthError('STORE_UNAVAILABLE')
        return result
      },
    }
    const { sessions, seen, old } = await replaced({ store: losing })
    loses = true
    expect(await codeOf(sessions.refresh(old.refreshToken, { client }))).toBe('STORE_UNAVAILABLE')
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onReused'])
    expect(seen.revoked).toEqual([old.sid])
    loses = false
    expect(await codeOf(sessions.refresh(old.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test('a replaced token is found out even if it asks for a scope that it may not have', async () => {
    const { sessions, old } = await replaced()
    const answer = sessions.refresh(old.refreshToken, { client, scope: 'admin' })
    expect(await codeOf(answer)).toBe('REFRESH_REUSED')
  })

  test('a replaced token recovers the session after the grace; the unclaimed successor is then reuse', async () => {
    const { sessions, seen, old, current } = await replaced({}, 11)
    const recovered = await sessions.refresh(old.refreshToken, { client })
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onRecovered'])
    expect(recovered.refreshToken).not.toBe(current.refreshToken)
    expect(await codeOf(sessions.refresh(current.refreshToken, { client }))).toBe('REFRESH_REUSED')
    expect(await codeOf(sessions.refresh(recovered.refreshToken, { client }))).toBe('REFRESH_ENDED')
  })

  test('a replaced token is refused outside the grace when recovery is off', async () => {
    const { sessions, old } = await replaced({ recoverWithin: 0 }, 11)
    expect(await codeOf(sessions.refresh(old.refreshToken, { client }))).toBe('REFRESH_REUSED')
  })

  test('a replaced token is reuse inside the grace too when it is the grandparent', async () => {
    const { sessions, clock, old, current } = await replaced({}, 11)
    const next = await sessions.refresh(current.refreshToken, { client })
    expect(next.refreshToken).not.toBe(current.refreshToken)
    clock.advance(1)
    expect(await codeOf(sessions.refresh(old.refreshToken, { client }))).toBe('REFRESH_REUSED')
  })
})

describe('a token that was overtaken between reading and rotating', () => {
  test('a token overtaken between reading and rotating is refused, and its access tokens with it', async () => {
    const { sessions: store } = memoryStores()
    const { refreshToken, sid } = await login(makeSessions({ store }).sessions)
    // Two others, whose graces are over although this one's question has only just been put.
    const grace = 0
    const overtaking: SessionStore = {
      ...store,
      rotate: async (request) => {
        for (const presented of [0, 1]) await store.rotate({ ...request, presented, grace })
        return store.rotate(request)
      },
    }
    const { sessions, seen } = makeSessions({ store: overtaking })
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBe('REFRESH_REUSED')
    expect(seen.order).toEqual(['find', 'rotate', 'revoke', 'onReused', 'settle'])
    expect(seen.revoked).toEqual([sid])
  })
})

describe('a session that has ended', () => {
  test('a session that has ended has its access tokens refused at a use while that is due, and raises no alarm', async () => {
    let fails = true
    const revoked: unknown[] = []
    const revoke = (entry: unknown) => {
      if (fails) return Promise.reject(new AuthError('STORE_UNAVAILABLE'))
      revoked.push(entry)
      return Promise.resolve()
    }
    const { sessions, seen, current } = await replaced({ revoke })
    await codeOf(sessions.end(current.refreshToken))
    fails = false
    for (let round = 0; round < 3; round++)
      expect(await codeOf(sessions.refresh(current.refreshToken, { client }))).toBe('REFRESH_ENDED')
    expect(revoked).toEqual([{ sid: current.sid }])
    expect(seen.hooks).toEqual([])
  })
})

describe('a store that has lost writes', () => {
  test('a store that has lost writes ends the session without an alarm, and never leaves two live tokens', async () => {
    const { sessions: store } = memoryStores()
    const { sessions } = makeSessions({ store })
    const first = await login(sessions)
    const second = await sessions.refresh(first.refreshToken, { client })
    const older = memoryStores().sessions
    const [session] = await store.list('user-1', 0)
    if (session) await older.create({ ...session, generation: 0, parent: -1 })
    const after = makeSessions({ store: older })
    const answer = after.sessions.refresh(second.refreshToken, { client })
    expect(await codeOf(answer)).toBe('REFRESH_ROLLED_BACK')
    expect(after.seen.hooks.map(({ name }) => name)).toEqual(['onRolledBack'])
    expect(after.seen.revoked).toEqual([first.sid])
    const other = after.sessions.refresh(first.refreshToken, { client })
    expect(await codeOf(other)).toBe('REFRESH_ENDED')
  })
})
