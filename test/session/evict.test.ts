import { expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import type { SessionStore, TokenResponse } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, login, makeSessions } from './setup.js'

async function logins(made: ReturnType<typeof makeSessions>, count: number) {
  const tokens: TokenResponse[] = []
  for (let left = count; left > 0; left--) {
    tokens.push(await login(made.sessions))
    made.clock.advance(10)
  }
  return tokens
}

test('a login beyond maxSessions ends the least recently used session, and no other', async () => {
  const made = makeSessions({ maxSessions: 3 })
  const [first, second, third] = await logins(made, 3)
  const kept = await made.sessions.refresh(first?.refreshToken ?? '', { client })
  const foreign = await made.sessions.issue({ subject: 'user-2', client })
  const atAnother = await made.sessions.issue({ subject: 'user-1', client: 'app' })
  expect(await made.sessions.list('user-1')).toHaveLength(4)
  const newest = await login(made.sessions)
  const left = (await made.sessions.list('user-1')).map(({ sid }) => sid)
  expect(new Set(left)).toEqual(new Set([kept, third, atAnother, newest].map((one) => one?.sid)))
  expect(await made.sessions.list('user-2')).toHaveLength(1)
  expect(foreign.sid).toBeDefined()
  expect(made.seen.revoked).toEqual([second?.sid])
  const { sid = '' } = second ?? {}
  const event = { at: made.clock.now(), sid, subject: 'user-1', client }
  expect(made.seen.hooks.filter(({ name }) => name === 'onEvicted')).toEqual([
    { name: 'onEvicted', event },
  ])
})

test('a hundred sessions of one subject at one client are the bound unless another is set', async () => {
  const made = makeSessions()
  await logins(made, 105)
  expect(await made.sessions.list('user-1')).toHaveLength(100)
})

test('a session evicted after its access tokens have expired makes no entry', async () => {
  const made = makeSessions({ maxSessions: 1 })
  await login(made.sessions)
  made.clock.advance(900 + 360 + 1)
  await login(made.sessions)
  expect(await made.sessions.list('user-1')).toHaveLength(1)
  expect(made.seen.revoked).toEqual([])
  made.clock.advance(3)
  expect(await made.sessions.finishEnding()).toBe(0)
})

test('a subject that had far more sessions gets down to the bound in several logins', async () => {
  const many = makeSessions({ maxSessions: 1000 })
  await logins(many, 50)
  const { store } = many
  const fewer = makeSessions({ store, maxSessions: 10 })
  fewer.clock.advance(500)
  const counts: number[] = []
  for (let left = 4; left > 0; left--) {
    await login(fewer.sessions)
    fewer.clock.advance(1)
    counts.push((await fewer.sessions.list('user-1')).length)
  }
  expect(counts).toEqual([35, 20, 10, 10])
})

test('a login succeeds although a session that makes room cannot be finished, and it is told of', async () => {
  let fails = true
  const revoke = () =>
    fails ? Promise.reject(new AuthError('STORE_UNAVAILABLE')) : Promise.resolve()
  const made = makeSessions({ maxSessions: 2, revoke })
  await logins(made, 2)
  expect(await codeOf(login(made.sessions))).toBeUndefined()
  expect(await made.sessions.list('user-1')).toHaveLength(2)
  expect(made.seen.hooks.map(({ name }) => name)).toEqual(['onEvicted'])
  fails = false
  expect(await made.sessions.finishEnding()).toBe(1)
})

test('a login succeeds although the store cannot make room, and the next one makes it', async () => {
  const { sessions: store } = memoryStores()
  let fails = true
  const failing: SessionStore = {
    ...store,
    end: (id, now) =>
      fails ? Promise.reject(new AuthError('STORE_UNAVAILABLE')) : store.end(id, now),
  }
  const made = makeSessions({ maxSessions: 2, store: failing })
  await logins(made, 3)
  expect(await made.sessions.list('user-1')).toHaveLength(3)
  fails = false
  await login(made.sessions)
  expect(await made.sessions.list('user-1')).toHaveLength(2)
})

test('two logins at once do not end each other', async () => {
  const made = makeSessions({ maxSessions: 1 })
  const both = await Promise.all([login(made.sessions), login(made.sessions)])
  for (const { refreshToken } of both)
    expect(await codeOf(made.sessions.refresh(refreshToken, { client }))).toBeUndefined()
  made.clock.advance(100)
  await login(made.sessions)
  expect(await made.sessions.list('user-1')).toHaveLength(1)
})

test('a session that is refreshed while it is evicted has that access token refused', async () => {
  const { sessions: store } = memoryStores()
  const made = makeSessions({
    maxSessions: 1,
    store: {
      ...store,
      end: async (id, now) => {
        await made.sessions.refresh(old.refreshToken, { client })
        return store.end(id, now)
      },
    },
  })
  const old = await login(made.sessions)
  made.clock.advance(900 + 360 + 1)
  await login(made.sessions)
  expect(made.seen.revoked).toEqual([old.sid])
})
