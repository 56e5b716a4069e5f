import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../../src/core/errors.js'
import { createServiceKeys, type FamilyStore } from '../../src/sessions/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
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
