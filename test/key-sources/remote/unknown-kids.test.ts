import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { setOf } from './jwks-server.js'
import { privateKey } from '../../../src/key/index.js'
import { createSigner } from '../../../src/token/index.js'
import { ecKey, issuer, setUp, signWith, verifierOf } from './setup.js'

/** Signed with a good key, under a name nobody knows. */
async function randomKid(): Promise<string> {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const named = privateKey(key, 'ES256', { kid: randomBytes(12).toString('hex') })
  return createSigner({ key: named, issuer, audience: 'api', expiresIn: '1h' })({ sub: 'u' })
}

describe('a flood of tokens with unknown key ids', () => {
  const [a, b] = [ecKey(), ecKey()]

  test('a flood of unknown kids costs one fetch per cooldown', async () => {
    const { server, clock, keys } = await setUp(setOf([a]))
    const verify = verifierOf(keys)
    await keys.load()
    const flood = await Promise.all(Array.from({ length: 50 }, randomKid))
    for (const token of flood) {
      await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
    }
    expect(server.paths).toHaveLength(2)
    clock.add(29)
    await Promise.allSettled(flood.map((token) => verify(token)))
    expect(server.paths).toHaveLength(2)
    clock.add(1)
    await Promise.allSettled(flood.map((token) => verify(token)))
    expect(server.paths).toHaveLength(3)

    const jose = createRemoteJWKSet(new URL(server.url))
    await Promise.allSettled(flood.map((token) => jwtVerify(token, jose)))
    for (const token of flood) await jwtVerify(token, jose).catch(() => undefined)
    console.log(
      `50 unknown kids: jose ${String(server.paths.length - 3)} fetches, jotgate 1 a cooldown`,
    )
  })

  test('100,000 unknown kids cost at most two fetches in 30 seconds', async () => {
    const { server, keys } = await setUp(setOf([a]), { timeoutMs: 5000 })
    const { signal } = new AbortController()
    const pending: ReturnType<typeof keys.find>[] = []
    let found = 0
    for (const name of ['x', 'y']) {
      for (const i of Array(50_000).keys())
        pending.push(keys.find({ alg: 'ES256', kid: `${name}${String(i)}` }, signal))
      for (const each of pending.splice(0)) found += (await each) ? 1 : 0
    }
    expect(found).toBe(0)
    expect(server.paths).toHaveLength(2)
  })

  test('a new key is found within the cooldown despite a flood of unknown kids', async () => {
    const { server, clock, keys } = await setUp(setOf([a]))
    const verify = verifierOf(keys)
    await keys.load()
    const flood = await Promise.all(Array.from({ length: 5 }, randomKid))
    await Promise.allSettled(flood.map((token) => verify(token)))
    server.answer = setOf([a, b])
    const token = await signWith(b)
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
    clock.add(30)
    await Promise.allSettled(flood.map((each) => verify(each)))
    await expect(verify(token)).resolves.toBeDefined()
    expect(server.paths).toHaveLength(3)
  })

  test('a flood of unknown kids does not delay a known key', async () => {
    const { server, keys } = await setUp(setOf([a]), { timeoutMs: 200 })
    const verify = verifierOf(keys)
    await keys.load()
    server.answer = () => undefined
    const unknown = verify(await randomKid()).catch((error: unknown) => error)
    const found = keys.find({ alg: 'ES256', kid: a.kid }, new AbortController().signal)
    expect(found).not.toBeInstanceOf(Promise)
    await expect(verify(await signWith(a))).resolves.toBeDefined()
    await expect(unknown).resolves.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })

  test('a token without kid uses the only key without a fetch, and is refused when there are two', async () => {
    const { server, keys } = await setUp(setOf([a, b]))
    await keys.load()
    const { signal } = new AbortController()
    for (let i = 0; i < 5; i++) expect(keys.find({ alg: 'ES256' }, signal)).toBeUndefined()
    expect(server.paths).toHaveLength(1)
    const { keys: one } = await setUp(setOf([a]))
    await one.load()
    expect(one.find({ alg: 'ES256' }, signal)).toMatchObject({ kid: a.kid })
  })

  test('kids named like prototype members are unknown', async () => {
    const { keys } = await setUp(setOf([a]))
    const { signal } = new AbortController()
    for (const kid of ['__proto__', 'constructor', 'toString'])
      expect(await keys.find({ alg: 'ES256', kid }, signal)).toBeUndefined()
  })
})
