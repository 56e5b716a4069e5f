import { generateKeyPairSync, sign as signHere } from 'node:crypto'
import { expect, test } from 'vitest'
import { externalKey, verificationKey, type ExternalSign } from '../../src/key/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import { client, codeOf, issuerName, login, makeSessions } from './setup.js'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const right: ExternalSign = (input) =>
  Promise.resolve(signHere('sha256', input, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }))

/** Sessions whose signing key is elsewhere; what happens there can be changed between two calls. */
function makeElsewhere() {
  const place = { sign: right }
  const key = externalKey({
    alg: 'ES256',
    publicKey: pair.publicKey,
    deadlineMs: 30,
    sign: (...asked) => place.sign(...asked),
  })
  const sign = createSigner({ key, issuer: issuerName, audience: 'api', expiresIn: '15m' })
  const { sessions: store } = memoryStores()
  const made = makeSessions({ store, sign })
  const verify = createVerifier({
    keys: verificationKey(key),
    algorithms: ['ES256'],
    issuer: issuerName,
    audience: 'api',
    now: made.clock.now,
  })
  return { ...made, place, store, verify }
}

test('sessions give out access tokens that a key elsewhere has signed', async () => {
  const { sessions, verify } = makeElsewhere()
  const { accessToken, refreshToken } = await login(sessions)
  expect((await verify(accessToken)).claims.sub).toBe('user-1')
  const renewed = await sessions.refresh(refreshToken, { client })
  expect((await verify(renewed.accessToken)).claims.sub).toBe('user-1')
})

test.each<[string, ExternalSign]>([
  ['fails', () => Promise.reject(new Error('ThrottlingException'))],
  ['is late', () => new Promise(() => undefined)],
  ['is wrong', () => Promise.resolve(new Uint8Array(64))],
])('a refresh whose signature %s is 503 and loses nothing', async (_, fault) => {
  const { sessions, place, seen, store, clock, verify } = makeElsewhere()
  const { refreshToken } = await login(sessions)
  clock.advance(60)
  const before = await store.list('user-1', 0)
  seen.order.length = 0
  place.sign = fault
  await expect(sessions.refresh(refreshToken, { client })).rejects.toMatchObject({
    code: 'KEYS_UNAVAILABLE',
    status: 503,
    retryAfter: 1,
  })
  expect(seen).toMatchObject({ order: ['find'], hooks: [], revoked: [] })
  expect(await store.list('user-1', 0)).toEqual(before)

  // Long after any grace, the same refresh token goes on where it was.
  clock.advance(3600)
  place.sign = right
  const renewed = await sessions.refresh(refreshToken, { client })
  expect((await verify(renewed.accessToken)).claims.sub).toBe('user-1')
  expect(seen.hooks.map(({ name }) => name)).toEqual(['onRefreshed'])
  expect(await codeOf(sessions.refresh(renewed.refreshToken, { client }))).toBeUndefined()
})

test('a login whose signature fails is 503 and begins no session', async () => {
  const { sessions, place, store } = makeElsewhere()
  place.sign = () => Promise.reject(new Error('ThrottlingException'))
  expect(await codeOf(login(sessions))).toBe('KEYS_UNAVAILABLE')
  expect(await store.list('user-1', 0)).toEqual([])
})
