import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import type { SessionsOptions, SessionStore, TokenResponse } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions } from './setup.js'

const unavailable = () => Promise.reject(new AuthError('STORE_UNAVAILABLE'))

/** Sessions whose revocations fail while they are told to. */
function makeFailing(options: Partial<SessionsOptions> = {}) {
  const state = { fails: true, failing: undefined as string | undefined, revoked: [] as unknown[] }
  const revoke: SessionsOptions['revoke'] = (entry) => {
    if (state.fails || ('sid' in entry && entry.sid === state.failing)) return unavailable()
    state.revoked.push('sid' in entry ? entry.sid : entry)
    return Promise.resolve()
  }
  return { ...makeSessions({ revoke, ...options }), state }
}

type Made = ReturnType<typeof makeFailing>

/** Every way in which a session ends, each with the two tokens that a refresh had. */
const endings: Readonly<
  Record<string, (made: Made, old: TokenResponse, current: TokenResponse) => Promise<unknown>>
> = {
  'a logout': ({ sessions }, _, { sid }) => sessions.end({ sid, subject: 'user-1' }),
  'a logout by refresh token': ({ sessions }, _, { refreshToken }) => sessions.end(refreshToken),
  'an administrator': ({ sessions }, _, { sid }) => sessions.end({ sid, whosever: true }),
  'the end of all': ({ sessions }) => sessions.endAll('user-1'),
  'the end of all others': async ({ sessions }) => {
    const own = await sessions.issue({ subject: 'user-1', client })
    await sessions.endOthers({ sid: own.sid, subject: 'user-1' })
  },
  'a theft': ({ sessions }, { refreshToken }) => sessions.refresh(refreshToken, { client }),
}

async function refreshed(made: Made) {
  const old = await login(made.sessions)
  made.clock.advance(450)
  const current = await made.sessions.refresh(old.refreshToken, { client })
  made.clock.advance(3601)
  return { old, current }
}

describe('ending a session while its access tokens cannot be refused', () => {
  test.each(Object.entries(endings))(
    '%s is answered with 503, a theft with its refusal; the session ends, and any process refuses the tokens later',
    async (name, ending) => {
      const made = makeFailing()
      const { old, current } = await refreshed(made)
      const answer = name === 'a theft' ? 'REFRESH_REUSED' : 'STORE_UNAVAILABLE'
      expect(await codeOf(ending(made, old, current))).toBe(answer)
      expect((await made.store.findBySid(current.sid))?.endedAt).toBe(made.clock.now())
      made.state.fails = false
      const another = makeFailing({ store: made.store })
      another.clock.advance(made.clock.now() - another.clock.now())
      another.state.fails = false
      expect(await another.sessions.finishEnding()).toBe(1)
      expect(another.state.revoked).toEqual([current.sid])
      expect(await another.sessions.finishEnding()).toBe(0)
      expect(await codeOf(made.sessions.refresh(current.refreshToken, { client }))).toBe(
        'REFRESH_ENDED',
      )
    },
  )

  test.each(Object.entries(endings).slice(0, 4))('%s can be repeated', async (_, ending) => {
    const made = makeFailing()
    const { old, current } = await refreshed(made)
    expect(await codeOf(ending(made, old, current))).toBe('STORE_UNAVAILABLE')
    made.state.fails = false
    await ending(made, old, current)
    expect(made.state.revoked).toEqual([current.sid])
    expect(await made.sessions.finishEnding()).toBe(0)
  })

  test('what has ended in every way is settled, so that nothing is left to finish', async () => {
    for (const ending of Object.values(endings)) {
      const made = makeFailing()
      const { old, current } = await refreshed(made)
      made.state.fails = false
      await codeOf(ending(made, old, current))
      expect(made.state.revoked).toEqual([current.sid])
      expect(await made.sessions.finishEnding()).toBe(0)
    }
  })

  test('finishing goes on where it failed, and one that fails keeps no other', async () => {
    const made = makeFailing({ maxSessions: 1000 })
    const all: TokenResponse[] = []
    for (let left = 80; left > 0; left--) all.push(await login(made.sessions))
    for (const { refreshToken } of all) await codeOf(made.sessions.end(refreshToken))
    expect(await codeOf(made.sessions.finishEnding())).toBe('STORE_UNAVAILABLE')
    made.state.fails = false
    made.state.failing = all[3]?.sid
    expect(await codeOf(made.sessions.finishEnding())).toBe('STORE_UNAVAILABLE')
    expect(new Set(made.state.revoked)).toEqual(
      new Set(all.map(({ sid }) => sid).filter((sid) => sid !== made.state.failing)),
    )
    made.state.failing = undefined
    expect(await made.sessions.finishEnding()).toBe(1)
  })

  test('finishing hundreds takes them all, and writes no entry where no access token can be left', async () => {
    let steady = 0
    const made = makeFailing({ maxSessions: 1000, monotonic: () => steady })
    const many: TokenResponse[] = []
    for (let left = 250; left > 0; left--) many.push(await login(made.sessions))
    for (const { refreshToken } of many) await codeOf(made.sessions.end(refreshToken))
    made.state.fails = false
    steady += 900 + 2 * 360
    made.clock.advance(900 + 2 * 360)
    expect(await made.sessions.finishEnding()).toBe(250)
    expect(made.state.revoked).toEqual([])
  })

  test('a process whose clock has jumped ahead takes no session for long over', async () => {
    const made = makeFailing()
    const { sid, refreshToken } = await login(made.sessions)
    await codeOf(made.sessions.end(refreshToken))
    made.state.fails = false
    made.clock.advance(40 * 86_400)
    expect(await made.sessions.finishEnding()).toBe(1)
    expect(made.state.revoked).toEqual([sid])
  })
})

test.each(['the end of all', 'the end of all others'] as const)(
  '%s also refuses the tokens of sessions that ended before without it',
  async (name) => {
    const made = makeFailing()
    const ended = await login(made.sessions)
    expect(await codeOf(made.sessions.end(ended.refreshToken))).toBe('STORE_UNAVAILABLE')
    made.state.fails = false
    const foreign = await made.sessions.issue({ subject: 'user-2', client })
    await endings[name]?.(made, ended, ended)
    expect(made.state.revoked).toEqual([ended.sid])
    expect(await made.store.due({ limit: 9 })).toEqual([])
    expect(foreign.sid).not.toBe(ended.sid)
  },
)

describe('ending a session while the session cannot be written', () => {
  test.each([
    ['a logout', 0],
    ['a logout of which the list makes a cut-off', 9],
  ])('%s refuses its access tokens, and its next refresh ends it', async (_, others) => {
    const { sessions: store } = memoryStores()
    let fails = true
    const failing: SessionStore = {
      ...store,
      end: (id, now) => (fails ? unavailable() : store.end(id, now)),
    }
    const named = new Set<string>()
    const revoke: SessionsOptions['revoke'] = (entry) => {
      // Like a revocation, which folds what says whose it is.
      if ('sid' in entry && (!('of' in entry) || others === 0)) named.add(entry.sid)
      return Promise.resolve()
    }
    const isRevoked = (sid: string) => named.has(sid)
    const { sessions } = makeSessions({ store: failing, revoke, isRevoked })
    const { sid, refreshToken } = await login(sessions)
    expect(await codeOf(sessions.end({ sid, subject: 'user-1' }))).toBe('STORE_UNAVAILABLE')
    fails = false
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBe('REFRESH_ENDED')
    expect((await store.findBySid(sid))?.endedAt).toBeDefined()
    expect((await store.findBySid(sid))?.revocationDue).toBeUndefined()
  })

  test('a refresh of a session whose sid an administrator revoked ends it, for ever', async () => {
    const named = new Set<string>()
    const made = makeSessions({ isRevoked: (sid) => named.has(sid) })
    const { sid, refreshToken } = await login(made.sessions)
    const other = await login(made.sessions)
    named.add(sid)
    expect(await codeOf(made.sessions.refresh(refreshToken, { client }))).toBe('REFRESH_ENDED')
    named.clear()
    expect(await codeOf(made.sessions.refresh(refreshToken, { client }))).toBe('REFRESH_ENDED')
    expect(await codeOf(made.sessions.refresh(other.refreshToken, { client }))).toBeUndefined()
  })
})

test('a logout that is folded, beside a refresh of the same session, refuses the token of that refresh too', async () => {
  const { sessions: store } = memoryStores()
  const made = makeSessions({
    store: {
      ...store,
      end: async (id, now) => {
        made.clock.advance(100)
        await made.sessions.refresh(refreshToken, { client })
        return store.end(id, now)
      },
    },
  })
  const { sid, refreshToken } = await login(made.sessions)
  made.clock.advance(100)
  await made.sessions.end({ sid, subject: 'user-1' })
  // First what may be folded, then by its name alone.
  expect(made.seen.revoked).toEqual([sid, sid])
})

test('a session that was ended by a process far behind is not taken for long over', async () => {
  let steady = 0
  const made = makeFailing({ monotonic: () => steady })
  made.state.fails = false
  steady += 3000
  made.clock.advance(3000)
  const { sid } = await login(made.sessions)
  await made.store.end((await made.store.findBySid(sid))?.id ?? '', made.clock.now() - 2400)
  expect(await made.sessions.finishEnding()).toBe(1)
  expect(made.state.revoked).toEqual([sid])
})
