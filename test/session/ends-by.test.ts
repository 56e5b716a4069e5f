import { expect, test } from 'vitest'
import { client, makeSessions } from './setup.js'

const login = { subject: 'user-1', client }

test('a session with endsBy ends then, and its access tokens with it', async () => {
  const { sessions, clock, store, verify } = makeSessions()
  const endsBy = clock.now() + 60
  const tokens = await sessions.issue({ ...login, endsBy })
  expect((await store.findBySid(tokens.sid))?.absoluteExpiry).toBe(endsBy)
  expect((await verify(tokens.accessToken)).payload.exp).toBe(endsBy)
  clock.advance(60)
  await expect(sessions.refresh(tokens.refreshToken, { client })).rejects.toMatchObject({
    code: 'REFRESH_EXPIRED',
  })
})

test('a login whose endsBy has passed is refused, and nothing is kept', async () => {
  const { sessions, clock } = makeSessions()
  await expect(sessions.issue({ ...login, endsBy: clock.now() })).rejects.toMatchObject({
    code: 'REFRESH_EXPIRED',
  })
  expect(await sessions.list('user-1')).toEqual([])
  await expect(sessions.issue({ ...login, endsBy: 1.5 })).rejects.toThrow(TypeError)
})

test('beforeStored hears the name of a session before it is kept', async () => {
  const { sessions, store } = makeSessions()
  const seen: unknown[] = []
  const tokens = await sessions.issue({
    ...login,
    beforeStored: async ({ sid }) => {
      seen.push(sid, await store.findBySid(sid))
    },
  })
  expect(seen).toEqual([tokens.sid, undefined])
})

test('a login ends with what beforeStored throws, and nothing is kept', async () => {
  const { sessions } = makeSessions()
  const beforeStored = () => Promise.reject(new Error('no note'))
  await expect(sessions.issue({ ...login, beforeStored })).rejects.toThrow('no note')
  expect(await sessions.list('user-1')).toEqual([])
})
