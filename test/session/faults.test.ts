import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import { createServiceKeys, type SessionStore } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { amount } from '../setup/amount.js'
import { inTime } from '../setup/in-time.js'
import { client, codeOf, login, makeSessions } from './setup.js'

describe('when something does not answer', () => {
  const broken = (): Promise<never> => Promise.reject(new Error('connection reset'))

  test.each(['find', 'rotate'] as const)(
    'a store that fails in %s is 503, never a 401',
    async (name) => {
      const { sessions: store } = memoryStores()
      const { refreshToken } = await login(makeSessions({ store }).sessions)
      const failing: SessionStore = { ...store, [name]: broken }
      const { sessions, seen } = makeSessions({ store: failing })
      const answer = sessions.refresh(refreshToken, { client })
      await expect(answer).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', status: 503 })
      expect(seen.hooks).toEqual([])
      expect(
        await codeOf(makeSessions({ store }).sessions.refresh(refreshToken, { client })),
      ).toBeUndefined()
    },
  )

  test('a store that fails at a login is 503', async () => {
    const { sessions } = makeSessions({ store: { ...memoryStores().sessions, create: broken } })
    expect(await codeOf(login(sessions))).toBe('STORE_UNAVAILABLE')
  })

  test.each([
    ['loadSubject', { loadSubject: broken }, 'STORE_UNAVAILABLE'],
    ['sign', { sign: broken }, 'KEYS_UNAVAILABLE'],
  ])('%s failing is 503, changes nothing and raises no alarm', async (_, fault, code) => {
    const { sessions: store } = memoryStores()
    const { refreshToken } = await login(makeSessions({ store }).sessions)
    const before = await store.list('user-1', 0)
    const { sessions, seen } = makeSessions({ store, ...fault })
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBe(code)
    expect(await store.list('user-1', 0)).toEqual(before)
    expect(seen.order).toEqual(['find'])
  })

  test('a refusal of loadSubject itself comes through as it is', async () => {
    const refusal = new AuthError('SUBJECT_REFUSED')
    const { sessions } = makeSessions({ loadSubject: () => Promise.reject(refusal) })
    await expect(login(sessions)).rejects.toBe(refusal)
  })

  test('a null for a subject, as databases answer, is nobody', async () => {
    const { sessions } = makeSessions({ loadSubject: () => Promise.resolve(null) })
    expect(await codeOf(login(sessions))).toBe('SUBJECT_REFUSED')
  })

  test('a hook that throws or rejects changes nothing', async () => {
    const onRefreshed = () => Promise.reject(new Error('listener'))
    const onReplayed = () => {
      throw new Error('listener')
    }
    const { sessions } = makeSessions({ hooks: { onRefreshed, onReplayed } })
    const { refreshToken } = await login(sessions)
    for (let round = 0; round < 2; round++)
      expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
  })
})

describe('a refresh token that this service has not made', () => {
  test('a refresh token that this service has not made never reaches the store', async () => {
    const { sessions, seen } = makeSessions()
    const { refreshToken } = await login(sessions)
    const foreign = makeSessions({ serviceKey: createServiceKeys({ current: randomBytes(32) }) })
    const forged = [
      (await login(foreign.sessions)).refreshToken,
      refreshToken.slice(0, -4),
      `B${refreshToken.slice(1)}`,
      `${refreshToken.slice(0, 40)}${refreshToken[40] === 'A' ? 'B' : 'A'}${refreshToken.slice(41)}`,
      'x'.repeat(2 ** 20),
      '',
    ]
    seen.order.length = 0
    for (const token of forged) {
      expect(await codeOf(sessions.refresh(token, { client }))).toBe('REFRESH_MALFORMED')
      expect(await codeOf(sessions.end(token))).toBe('REFRESH_MALFORMED')
    }
    expect(seen.order).toEqual([])
  })
})

describe('a refresh token that was tampered with', () => {
  test('a refresh token that was tampered with, wherever it was, never reaches the store', async () => {
    const { sessions, seen } = makeSessions()
    const { refreshToken } = await login(sessions)
    const bytes = Buffer.from(refreshToken, 'base64url')
    const flipped = fc
      .tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }))
      .map(([at, by]) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ by
        return changed.toString('base64url')
      })
    const bad = fc.oneof(
      flipped,
      fc.nat({ max: refreshToken.length - 1 }).map((length) => refreshToken.slice(0, length)),
      fc.string({ minLength: 1, maxLength: 8 }).map((more) => refreshToken + more),
      fc.string({ minLength: 1, maxLength: 8 }).map((more) => more + refreshToken),
      fc.uint8Array({ maxLength: 100 }).map((random) => Buffer.from(random).toString('base64url')),
      fc.string({ maxLength: 200 }),
    )
    seen.order.length = 0
    const scenario = fc.asyncProperty(bad, async (token) => {
      expect(await codeOf(sessions.refresh(token, { client }))).toBe('REFRESH_MALFORMED')
    })
    await fc.assert(scenario, { numRuns: amount({ short: 2000, full: 200_000 }) })
    expect(seen.order).toEqual([])
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
  }, 600_000)

  test('a refresh token of another client is refused, changes nothing and raises no alarm', async () => {
    const { sessions, seen } = makeSessions()
    const { refreshToken } = await login(sessions)
    expect(await codeOf(sessions.refresh(refreshToken, { client: 'other' }))).toBe('REFRESH_CLIENT')
    expect(seen.hooks).toEqual([])
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
  })
})

describe('when something never answers', () => {
  const never = (): Promise<never> => new Promise(() => undefined)
  const givenUp = { code: 'STORE_UNAVAILABLE', isInTime: true }
  /** Milliseconds: past a deadline of 20. */
  const soon = 200

  test.each(['find', 'rotate'] as const)('a store that hangs in %s is 503', async (name) => {
    const { sessions: store } = memoryStores()
    const { refreshToken } = await login(makeSessions({ store }).sessions)
    const { sessions, seen } = makeSessions({ store: { ...store, [name]: never } })
    const start = performance.now()
    // The deadline is 250.
    const outcome = await inTime(450, () => sessions.refresh(refreshToken, { client }))
    expect(outcome).toEqual(givenUp)
    expect(performance.now() - start).toBeGreaterThan(200)
    expect(seen.hooks).toEqual([])
  })

  test.each(['create', 'findBySid', 'end', 'list', 'endAll'] as const)(
    'a store that hangs in %s is 503 at whatever asks it',
    async (name) => {
      const { sessions: store } = memoryStores()
      const { sid } = await login(makeSessions({ store }).sessions)
      const hung = { ...store, [name]: never }
      const { sessions } = makeSessions({ store: hung, storeDeadlineMs: 20 })
      const calls = {
        create: () => login(sessions),
        findBySid: () => sessions.endOthers({ sid, subject: 'user-1' }),
        end: () => sessions.end({ sid, subject: 'user-1' }),
        list: () => sessions.list('user-1'),
        endAll: () => sessions.endAll('user-1'),
      }
      // These two ask twenty times, each with a deadline.
      const asksAgain = name === 'list' || name === 'endAll'
      expect(await inTime(asksAgain ? 30_000 : soon, calls[name])).toEqual(givenUp)
    },
  )

  test.each([
    ['loadSubject', { loadSubject: never }],
    ['revoke', { revoke: never }],
  ])('a %s that hangs is 503', async (name, hung) => {
    const { sessions: store } = memoryStores()
    const { refreshToken } = await login(makeSessions({ store }).sessions)
    const { sessions } = makeSessions({ store, ...hung, storeDeadlineMs: 20 })
    const call = () =>
      name === 'revoke' ? sessions.end(refreshToken) : sessions.refresh(refreshToken, { client })
    expect(await inTime(soon, call)).toEqual(givenUp)
  })

  test('a rotation that is done after all has one effect: the token is answered as if at once', async () => {
    const { sessions: store } = memoryStores()
    const { refreshToken } = await login(makeSessions({ store }).sessions)
    const slow: SessionStore = {
      ...store,
      rotate: async (request) => {
        const result = await store.rotate(request)
        await new Promise((resolve) => setTimeout(resolve, 60))
        return result
      },
    }
    const { sessions } = makeSessions({ store: slow, storeDeadlineMs: 20 })
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBe('STORE_UNAVAILABLE')
    const { sessions: healthy, seen } = makeSessions({ store })
    await healthy.refresh(refreshToken, { client })
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onReplayed'])
  })

  test('an answer that waits while this process is busy is still taken', async () => {
    const { sessions: store } = memoryStores()
    const { refreshToken } = await login(makeSessions({ store }).sessions)
    const viaSocket: SessionStore = {
      ...store,
      find: async (id) => {
        const found = await store.find(id)
        const { port1, port2 } = new MessageChannel()
        // Arrives in the phase in which sockets are read, as soon as the process is free.
        const arrived = once(port2, 'message')
        setImmediate(() => {
          port1.postMessage('found')
          const end = performance.now() + 60
          while (performance.now() < end);
        })
        await arrived
        port1.close()
        return found
      },
    }
    const { sessions } = makeSessions({ store: viaSocket, storeDeadlineMs: 20 })
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
  })
})
