import { expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import type { TokenResponse } from '../../src/session/index.js'
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
  made.clock.advance(900 + 360 + 10 + 1)
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
    counts.push((await fewer.sessions.list('user-1')).length)
  }
  expect(counts).toEqual([35, 20, 10, 10])
})

test('a login succeeds although no room could be made, and the next one makes it', async () => {
  let fails = true
  const revoke = () =>
    fails ? Promise.reject(new AuthError('STORE_UNAVAILABLE')) : Promise.resolve()
  const made = makeSessions({ maxSessions: 2, revoke })
  await logins(made, 2)
  expect(await codeOf(login(made.sessions))).toBeUndefined()
  // Ended all the same; its access tokens are due.
  expect(await made.sessions.list('user-1')).toHaveLength(2)
  fails = false
  made.clock.advance(3)
  expect(await made.sessions.finishEnding()).toBe(1)
})
