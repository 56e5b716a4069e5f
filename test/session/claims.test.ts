import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryStores } from '../../src/stores/memory/index.js'
import { client, codeOf, issuerName, login, makeSessions } from './setup.js'

/** As a verifier of the tokens would have it: what the issuer sets is in it too. */
const claims = z.object({
  iss: z.literal(issuerName),
  sub: z.string(),
  sid: z.string(),
  role: z.enum(['member', 'admin']),
})

describe('the claims of a session', () => {
  test('the claims of a session are held against the schema that verifiers have, and signed as they are', async () => {
    const { sessions, verify } = makeSessions({
      claims: claims.transform(() => ({ other: 'output' })),
    })
    const tokens = await login(sessions)
    const { payload } = await verify(tokens.accessToken)
    expect(payload).toMatchObject({ role: 'member', sub: 'user-1' })
    expect(payload).not.toHaveProperty('other')
    expect(await codeOf(sessions.refresh(tokens.refreshToken, { client }))).toBeUndefined()
  })

  test('claims that do not fit begin no session, and the fault names the claim and no value', async () => {
    const { sessions, subjects, store } = makeSessions({ claims })
    subjects.set('user-1', { claims: { role: 'a-secret-role' } })
    await expect(login(sessions)).rejects.toThrow(
      new TypeError('the claims of the subject do not fit the schema: "role"'),
    )
    const asked = sessions.issue({ subject: 'user-2', client, loaded: { claims: { rights: 1 } } })
    await expect(asked).rejects.toThrow(TypeError)
    expect(await store.list('user-1', 0)).toEqual([])
    expect(await store.list('user-2', 0)).toEqual([])
  })

  test('claims that no longer fit change nothing at a refresh: the token stays good', async () => {
    const { sessions: store } = memoryStores()
    const { sessions, subjects, seen } = makeSessions({ claims, store })
    const { refreshToken } = await login(sessions)
    subjects.set('user-1', { claims: {} })
    seen.order.length = 0
    await expect(sessions.refresh(refreshToken, { client })).rejects.toThrow(TypeError)
    expect(seen.order).toEqual(['find'])
    subjects.set('user-1', { claims: { role: 'admin' } })
    expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onRefreshed'])
  })

  test('the claims of a session can be held against a function, which may take its time', async () => {
    const check = async (read: Record<string, unknown>): Promise<unknown> => {
      await new Promise((resolve) => setImmediate(resolve))
      if (read['role'] !== 'member') throw new Error('not a member')
      return read
    }
    const { sessions, subjects } = makeSessions({ claims: check })
    await login(sessions)
    subjects.set('user-1', { claims: { role: 'guest' } })
    await expect(login(sessions)).rejects.toThrow(TypeError)
  })
})

test('no claims of an application say that a token was issued after a revocation', async () => {
  const claims = { jotgate_after: { all: 4_000_000_000, sub: 4_000_000_000 } }
  const { sessions } = makeSessions({ loadSubject: () => Promise.resolve({ claims }) })
  await expect(login(sessions)).rejects.toThrow(/jotgate_after.*set by createSessions/)
  const issued = sessions.issue({ subject: 'user-1', client, loaded: { claims } })
  await expect(issued).rejects.toThrow(/jotgate_after.*set by createSessions/)
})
