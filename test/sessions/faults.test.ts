import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/core/errors.js'
import { createServiceKeys, type FamilyStore } from '../../src/sessions/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { amount } from '../setup/amount.js'
import { client, codeOf, login, makeIssuer } from './setup.js'

describe('when something does not answer', () => {
  const broken = (): Promise<never> => Promise.reject(new Error('connection reset'))

  test.each(['find', 'rotate'] as const)(
    'a store that fails in %s is 503, never a 401',
    async (name) => {
      const { families } = memoryStores()
      const { refreshToken } = await login(makeIssuer({ families }).issuer)
      const failing: FamilyStore = { ...families, [name]: broken }
      const { issuer, seen } = makeIssuer({ families: failing })
      const answer = issuer.refresh(refreshToken, { client })
      await expect(answer).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', status: 503 })
      expect(seen.hooks).toEqual([])
      expect(
        await codeOf(makeIssuer({ families }).issuer.refresh(refreshToken, { client })),
      ).toBeUndefined()
    },
  )

  test('a store that fails at a login is 503', async () => {
    const { issuer } = makeIssuer({ families: { ...memoryStores().families, create: broken } })
    expect(await codeOf(login(issuer))).toBe('STORE_UNAVAILABLE')
  })

  test.each([
    ['loadSubject', { loadSubject: broken }, 'STORE_UNAVAILABLE'],
    ['sign', { sign: broken }, 'KEYS_UNAVAILABLE'],
  ])('%s failing is 503, changes nothing and raises no alarm', async (_, fault, code) => {
    const { families } = memoryStores()
    const { refreshToken } = await login(makeIssuer({ families }).issuer)
    const before = await families.list('user-1', 0)
    const { issuer, seen } = makeIssuer({ families, ...fault })
    expect(await codeOf(issuer.refresh(refreshToken, { client }))).toBe(code)
    expect(await families.list('user-1', 0)).toEqual(before)
    expect(seen.order).toEqual(['find'])
  })

  test('a refusal of loadSubject itself comes through as it is', async () => {
    const refusal = new AuthError('SUBJECT_REFUSED')
    const { issuer } = makeIssuer({ loadSubject: () => Promise.reject(refusal) })
    await expect(login(issuer)).rejects.toBe(refusal)
  })

  test('a null for a subject, as databases answer, is nobody', async () => {
    const { issuer } = makeIssuer({ loadSubject: () => Promise.resolve(null) })
    expect(await codeOf(login(issuer))).toBe('SUBJECT_REFUSED')
  })

  test('a hook that throws or rejects changes nothing', async () => {
    const onRefreshed = () => Promise.reject(new Error('listener'))
    const onReplayed = () => {
      throw new Error('listener')
    }
    const { issuer } = makeIssuer({ hooks: { onRefreshed, onReplayed } })
    const { refreshToken } = await login(issuer)
    for (let round = 0; round < 2; round++)
      expect(await codeOf(issuer.refresh(refreshToken, { client }))).toBeUndefined()
  })
})

describe('a refresh token that this service has not made', () => {
  test('never reaches the store', async () => {
    const { issuer, seen } = makeIssuer()
    const { refreshToken } = await login(issuer)
    const foreign = makeIssuer({ serviceKey: createServiceKeys({ current: randomBytes(32) }) })
    const forged = [
      (await login(foreign.issuer)).refreshToken,
      refreshToken.slice(0, -4),
      `B${refreshToken.slice(1)}`,
      `${refreshToken.slice(0, 40)}${refreshToken[40] === 'A' ? 'B' : 'A'}${refreshToken.slice(41)}`,
      'x'.repeat(2 ** 20),
      '',
    ]
    seen.order.length = 0
    for (const token of forged) {
      expect(await codeOf(issuer.refresh(token, { client }))).toBe('REFRESH_MALFORMED')
      expect(await codeOf(issuer.end(token))).toBe('REFRESH_MALFORMED')
    }
    expect(seen.order).toEqual([])
  })
})

describe('a refresh token that was tampered with', () => {
  test('never reaches the store, wherever it was', async () => {
    const { issuer, seen } = makeIssuer()
    const { refreshToken } = await login(issuer)
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
      expect(await codeOf(issuer.refresh(token, { client }))).toBe('REFRESH_MALFORMED')
    })
    await fc.assert(scenario, { numRuns: amount({ short: 2000, full: 200_000 }) })
    expect(seen.order).toEqual([])
    expect(await codeOf(issuer.refresh(refreshToken, { client }))).toBeUndefined()
  }, 600_000)

  test('of another client is refused, changes nothing and raises no alarm', async () => {
    const { issuer, seen } = makeIssuer()
    const { refreshToken } = await login(issuer)
    expect(await codeOf(issuer.refresh(refreshToken, { client: 'other' }))).toBe('REFRESH_CLIENT')
    expect(seen.hooks).toEqual([])
    expect(await codeOf(issuer.refresh(refreshToken, { client }))).toBeUndefined()
  })
})

describe('when something never answers', () => {
  const never = (): Promise<never> => new Promise(() => undefined)
  const within = async (answer: Promise<unknown>): Promise<string | undefined> => {
    const late = new Promise<string>((resolve) => {
      setTimeout(resolve, 2000, 'still waiting')
    })
    return Promise.race([codeOf(answer), late])
  }

  test.each(['find', 'rotate'] as const)('a store that hangs in %s is 503', async (name) => {
    const { families } = memoryStores()
    const { refreshToken } = await login(makeIssuer({ families }).issuer)
    const { issuer, seen } = makeIssuer({ families: { ...families, [name]: never } })
    const start = performance.now()
    expect(await within(issuer.refresh(refreshToken, { client }))).toBe('STORE_UNAVAILABLE')
    expect(performance.now() - start).toBeGreaterThan(200)
    expect(seen.hooks).toEqual([])
  })

  test.each(['create', 'findBySid', 'end', 'list', 'endAll'] as const)(
    'a store that hangs in %s is 503 at whatever asks it',
    async (name) => {
      const { families } = memoryStores()
      const { sid } = await login(makeIssuer({ families }).issuer)
      const hung = { ...families, [name]: never }
      const { issuer } = makeIssuer({ families: hung, storeDeadlineMs: 20 })
      const calls = {
        create: () => login(issuer),
        findBySid: () => issuer.endOthers({ sid, subject: 'user-1' }),
        end: () => issuer.end({ sid, subject: 'user-1' }),
        list: () => issuer.list('user-1'),
        endAll: () => issuer.endAll('user-1'),
      }
      expect(await within(calls[name]())).toBe('STORE_UNAVAILABLE')
    },
  )

  test.each([
    ['loadSubject', { loadSubject: never }],
    ['revoke', { revoke: never }],
  ])('a %s that hangs is 503', async (name, hung) => {
    const { families } = memoryStores()
    const { refreshToken } = await login(makeIssuer({ families }).issuer)
    const { issuer } = makeIssuer({ families, ...hung, storeDeadlineMs: 20 })
    const call =
      name === 'revoke' ? issuer.end(refreshToken) : issuer.refresh(refreshToken, { client })
    expect(await within(call)).toBe('STORE_UNAVAILABLE')
  })

  test('a rotation that is done after all has one effect: the token is answered as if at once', async () => {
    const { families } = memoryStores()
    const { refreshToken } = await login(makeIssuer({ families }).issuer)
    const slow: FamilyStore = {
      ...families,
      rotate: async (request) => {
        const result = await families.rotate(request)
        await new Promise((resolve) => setTimeout(resolve, 60))
        return result
      },
    }
    const { issuer } = makeIssuer({ families: slow, storeDeadlineMs: 20 })
    expect(await codeOf(issuer.refresh(refreshToken, { client }))).toBe('STORE_UNAVAILABLE')
    const { issuer: healthy, seen } = makeIssuer({ families })
    await healthy.refresh(refreshToken, { client })
    expect(seen.hooks.map(({ name }) => name)).toEqual(['onReplayed'])
  })

  test('an answer that waits while this process is busy is still taken', async () => {
    const { families } = memoryStores()
    const { refreshToken } = await login(makeIssuer({ families }).issuer)
    const viaSocket: FamilyStore = {
      ...families,
      find: async (id) => {
        const found = await families.find(id)
        const end = performance.now() + 60
        setImmediate(() => {
          while (performance.now() < end);
        })
        // Resolves in the phase in which sockets are read, as soon as the process is free.
        await stat(fileURLToPath(import.meta.url))
        return found
      },
    }
    const { issuer } = makeIssuer({ families: viaSocket, storeDeadlineMs: 20 })
    expect(await codeOf(issuer.refresh(refreshToken, { client }))).toBeUndefined()
  })
})
