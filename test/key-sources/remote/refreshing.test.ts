import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { json, setOf, status } from './jwks-server.js'
import { ecKey, setUp, settled, signWith, verifierOf } from './setup.js'

const hour = 3600

describe('a remote set that is asked for its keys', () => {
  const [a, b] = [ecKey(), ecKey()]

  test('a remote set is fetched once for any number of simultaneous lookups', async () => {
    const { server, keys } = await setUp(setOf([a]))
    const verify = verifierOf(keys, false)
    const token = await signWith(a)
    await Promise.all(Array.from({ length: 50 }, () => verify(token)))
    expect(server.paths).toEqual(['/jwks.json'])
    expect(keys.status()).toMatchObject({ state: 'fresh', kids: [a.kid], failures: 0 })
  })

  test('a remote set is fresh as long as Cache-Control says, less Age, within the bounds', async () => {
    for (const [headers, seconds] of [
      [{ 'cache-control': 'public, max-age=300' }, 300],
      [{ 'cache-control': 'max-age=300', age: '100' }, 200],
      [{ 'cache-control': 'max-age=999999' }, 600],
      [{ 'cache-control': 'no-store' }, 30],
      [{ 'cache-control': 'max-age=abc' }, 600],
      [{}, 600],
    ] as const) {
      const { keys } = await setUp(setOf([a], headers))
      await keys.load()
      const { freshUntil = 0, confirmedAt = 0 } = keys.status()
      expect(freshUntil - confirmedAt).toBe(seconds)
    }
  })

  test('a remote set is refreshed in the background, before any caller has to wait', async () => {
    const { server, clock, keys, events } = await setUp(
      setOf([a], { 'cache-control': 'max-age=100' }),
    )
    await keys.load()
    clock.add(84)
    expect(keys.find({ alg: 'ES256', kid: a.kid }, new AbortController().signal)).toBeDefined()
    expect(server.paths).toHaveLength(1)
    clock.add(2)
    server.answer = setOf([a, b], { 'cache-control': 'max-age=100' })
    expect(
      keys.find({ alg: 'ES256', kid: a.kid }, new AbortController().signal),
    ).not.toBeInstanceOf(Promise)
    await settled(() => events.length === 2)
    expect(keys.status()).toMatchObject({ state: 'fresh', kids: [a.kid, b.kid] })
  })

  test('a remote set is refreshed even when every token comes from the cache of verified tokens', async () => {
    const { clock, keys, events } = await setUp(setOf([a], { 'cache-control': 'max-age=100' }))
    const verify = verifierOf(keys)
    const token = await signWith(a)
    await verify(token)
    clock.add(90)
    keys.version()
    await settled(() => events.length === 2)
  })

  test('a remote set is requested with its ETag, and confirmed by 304', async () => {
    const { server, clock, keys, events } = await setUp(setOf([a], { etag: '"v1"' }))
    await keys.load()
    server.answer = status(304)
    clock.add(601)
    await expect(verifierOf(keys)(await signWith(a))).resolves.toBeDefined()
    expect(server.lastHeaders['if-none-match']).toBe('"v1"')
    expect(events).toEqual(['fetched', 'unchanged'])
    expect(keys.status().state).toBe('fresh')
  })

  test('a remote set is fetched again before use when it is past its time, so that a removed key dies', async () => {
    const { server, clock, keys } = await setUp(setOf([a, b]))
    const verify = verifierOf(keys)
    const token = await signWith(a)
    await verify(token)
    const before = keys.version()
    server.answer = setOf([b])
    clock.add(601)
    expect(keys.version()).not.toBe(before)
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
    expect(keys.version()).not.toBe(before)
  })

  test('a remote set treats a different key under the same kid as another key', async () => {
    const { server, clock, keys } = await setUp(setOf([a]))
    await keys.load()
    const before = keys.version()
    const [jwk] = JSON.parse(
      JSON.stringify([(await import('../../../src/key/index.js')).publicJwk(b)]),
    ) as object[]
    server.answer = json({ keys: [{ ...jwk, kid: a.kid }] })
    clock.add(601)
    await expect(verifierOf(keys)(await signWith(a))).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
    expect(keys.version()).toBe(before + 2)
  })
})

describe('a remote set whose server fails', () => {
  const a = ecKey()

  test('a remote set serves for another hour while its server fails, with one fetch per back-off step', async () => {
    const { server, clock, keys, events } = await setUp(setOf([a]))
    const verify = verifierOf(keys, false)
    const token = await signWith(a)
    await verify(token)
    server.answer = status(500)
    clock.add(700)
    for (let i = 0; i < 20; i++) await verify(token)
    expect(server.paths).toHaveLength(2)
    expect(keys.status()).toMatchObject({
      state: 'stale',
      failures: 1,
      problem: { kind: 'status' },
    })
    for (const [seconds, fetches] of [
      [1, 3],
      [1, 3],
      [1, 4],
      [2, 4],
      [2, 5],
    ] as const) {
      clock.add(seconds)
      for (let i = 0; i < 20; i++) await verify(token)
      await settled(() => events.length === fetches)
      expect(server.paths).toHaveLength(fetches)
    }
  })

  test('a remote set stops verifying after an hour of failures, also for cached tokens', async () => {
    const { server, clock, keys } = await setUp(setOf([a]))
    const verify = verifierOf(keys)
    const token = await signWith(a)
    await verify(token)
    server.answer = status(500)
    clock.add(600 + hour - 1)
    await verify(token)
    const before = keys.version()
    clock.add(2)
    expect(keys.version()).not.toBe(before)
    expect(keys.status().state).toBe('none')
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503 })
  })

  test('a remote set recovers when its server does', async () => {
    const { server, clock, keys } = await setUp(status(503))
    const verify = verifierOf(keys)
    const token = await signWith(a)
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE', retryAfter: 1 })
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    expect(server.paths).toHaveLength(1)
    server.answer = setOf([a])
    clock.add(1)
    await expect(verify(token)).resolves.toBeDefined()
    expect(keys.status()).toMatchObject({ state: 'fresh', failures: 0 })
    expect(keys.status().problem).toBeUndefined()
  })

  test('a remote set answers 503, not 401, to an unknown kid while its server fails', async () => {
    const { server, clock, keys } = await setUp(setOf([a]))
    await keys.load()
    server.answer = status(500)
    clock.add(601)
    const stranger = await signWith(ecKey())
    await expect(verifierOf(keys)(stranger)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    await expect(verifierOf(keys)(stranger)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    expect(server.paths).toHaveLength(2)
  })

  test('a remote set does not prolong a pause when the clock is put back', async () => {
    const { server, clock, keys } = await setUp(status(500))
    await expect(keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    server.answer = setOf([a])
    clock.add(-24 * hour)
    await keys.load()
    clock.add(-24 * hour)
    expect(keys.status().state).toBe('none')
  })

  test('a remote set keeps verifying where jose asks on every verification and refuses', async () => {
    const { server, clock, keys } = await setUp(setOf([a], { 'cache-control': 'max-age=1' }), {
      minAge: 1,
    })
    const token = await signWith(a)
    const verify = verifierOf(keys, false)
    const jose = createRemoteJWKSet(new URL(server.url), { cacheMaxAge: 1, cooldownDuration: 0 })
    await jwtVerify(token, jose)
    await verify(token)
    server.answer = status(500)
    clock.add(10)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const count = async (run: () => Promise<unknown>) => {
      const before = server.paths.length
      let good = 0
      for (let i = 0; i < 20; i++)
        good += await run().then(
          () => 1,
          () => 0,
        )
      return { good, fetches: server.paths.length - before }
    }
    const theirs = await count(() => jwtVerify(token, jose))
    const ours = await count(() => verify(token))
    console.log(
      `outage, 20 verifications: jose ${JSON.stringify(theirs)}, jotgate ${JSON.stringify(ours)}`,
    )
    expect(theirs).toEqual({ good: 0, fetches: 20 })
    expect(ours).toEqual({ good: 20, fetches: 1 })
  })
})
