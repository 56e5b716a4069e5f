import { expect, test } from 'vitest'
import type { SessionEvent } from '../../src/session/index.js'
import { AuthError } from '../../src/foundation/errors.js'
import { client, codeOf, login, makeSessions, makeWithRevocation } from './setup.js'

/** A hook that fails a given number of times, and whom it has been called for. */
function listening(failures = 0) {
  const heard: string[] = []
  let left = failures
  const onEnded = async ({ sid }: SessionEvent) => {
    await Promise.resolve()
    if (left-- > 0) throw new Error('the receiver is away')
    heard.push(sid)
  }
  return { heard, hooks: { onEnded } }
}

test('onEnded hears once of each way in which a session ends', async () => {
  const { heard, hooks } = listening()
  const { sessions, clock } = makeSessions({ hooks, maxSessions: 2 })
  const [first, second] = [await login(sessions), await login(sessions)]
  await sessions.end(first.refreshToken)
  await sessions.end(first.refreshToken)
  expect(heard).toEqual([first.sid])
  await sessions.endAll('user-1')
  expect(heard).toEqual([first.sid, second.sid])

  const stolen = await login(sessions)
  const renewed = await sessions.refresh(stolen.refreshToken, { client })
  clock.advance(11)
  await sessions.refresh(renewed.refreshToken, { client })
  expect(await codeOf(sessions.refresh(stolen.refreshToken, { client }))).toBe('REFRESH_REUSED')
  expect(heard.slice(2)).toEqual([stolen.sid])

  const kept: string[] = []
  while (kept.length < 3) {
    kept.push((await login(sessions)).sid)
    clock.advance(10)
  }
  expect(heard.slice(3)).toEqual([kept[0]])
})

test('a session that ended while onEnded failed is reported by the next finishEnding', async () => {
  const { heard, hooks } = listening(2)
  const { sessions } = makeSessions({ hooks })
  const { sid, refreshToken } = await login(sessions)
  expect(await codeOf(sessions.end(refreshToken))).toBeUndefined()
  expect(heard).toEqual([])
  await expect(sessions.finishEnding()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(await sessions.finishEnding()).toBe(1)
  expect(heard).toEqual([sid])
  expect(await sessions.finishEnding()).toBe(0)
})

test('one session that onEnded rejects keeps no other of the same logout from being told of', async () => {
  const { heard, hooks } = listening(1)
  const { sessions } = makeSessions({ hooks })
  const sids = [await login(sessions), await login(sessions), await login(sessions)].map(
    ({ sid }) => sid,
  )
  await sessions.endAll('user-1')
  expect(heard).toHaveLength(2)
  await sessions.finishEnding()
  expect([...heard].sort()).toEqual([...sids].sort())
})

test('a hook that fails keeps the access tokens of no ended session valid', async () => {
  let [fails, isFull] = [true, false]
  const revoked: string[] = []
  const made = makeSessions({
    hooks: { onEnded: () => (fails ? Promise.reject(new Error('away')) : undefined) },
    revoke: (entry) => {
      if (isFull) return Promise.reject(new AuthError('STORE_UNAVAILABLE'))
      if ('sid' in entry) revoked.push(entry.sid)
      return Promise.resolve()
    },
    maxSessions: 1000,
  })
  const { sessions } = made
  for (let count = 0; count < 250; count++) await sessions.end((await login(sessions)).refreshToken)
  const last = await login(sessions)
  isFull = true
  expect(await codeOf(sessions.end(last.refreshToken))).toBe('STORE_UNAVAILABLE')
  expect(revoked).not.toContain(last.sid)
  isFull = false
  expect(await codeOf(sessions.finishEnding())).toBe('STORE_UNAVAILABLE')
  expect(revoked).toContain(last.sid)
  fails = false
  expect(await sessions.finishEnding()).toBe(251)
  expect(await sessions.finishEnding()).toBe(0)
})

test('while a hook fails, each call asks it for one batch and refuses no tokens again', async () => {
  const count = { hook: 0, revoke: 0 }
  const { sessions } = makeSessions({
    hooks: {
      onEnded: () => {
        count.hook++
        return Promise.reject(new Error('away'))
      },
    },
    revoke: () => {
      count.revoke++
      return Promise.resolve()
    },
    maxSessions: 1000,
  })
  for (let ended = 0; ended < 350; ended++) await sessions.end((await login(sessions)).refreshToken)
  const calls: unknown[] = []
  for (let call = 0; call < 3; call++) {
    Object.assign(count, { hook: 0, revoke: 0 })
    expect(await codeOf(sessions.finishEnding())).toBe('STORE_UNAVAILABLE')
    calls.push({ ...count })
  }
  // What this process has refused itself is known to it from its first call on.
  expect(calls).toEqual([
    { hook: 100, revoke: 350 },
    { hook: 100, revoke: 0 },
    { hook: 100, revoke: 0 },
  ])
})

test('onEnded is called after the access tokens are refused', async () => {
  const refused: boolean[] = []
  const made = await makeWithRevocation({
    hooks: { onEnded: ({ sid }) => refused.push(made.revocation.isSidRevoked(sid)) },
  })
  const { refreshToken } = await login(made.sessions)
  await made.sessions.end(refreshToken)
  expect(refused).toEqual([true])
  made.revocation.close()
})

test('an onEnded that never answers delays a logout by one deadline and no more', async () => {
  const hooks = { onEnded: () => new Promise(() => undefined) }
  const { sessions } = makeSessions({ hooks, storeDeadlineMs: 20 })
  const { refreshToken } = await login(sessions)
  expect(await codeOf(sessions.end(refreshToken))).toBeUndefined()
  expect(await codeOf(sessions.finishEnding())).toBe('STORE_UNAVAILABLE')
})
