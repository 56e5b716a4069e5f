import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey, type Key, privateKey, verificationKey } from '../../src/key/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import { isUnchanged, publishedSet } from '../../src/key-sources/published.js'
import { staticKeys } from '../../src/key-sources/static.js'

const ecKey = (): Key =>
  privateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256')
const policy = { algorithms: ['ES256'], issuer: null, audience: null } as const
const signWith = (key: Key) =>
  createSigner({ key, issuer: null, audience: null, expiresIn: '15m' })({ sub: 'u' })

describe('staticKeys', () => {
  const [a, b, c] = [ecKey(), ecKey(), ecKey()]
  const verify = createVerifier({
    ...policy,
    keys: staticKeys([verificationKey(a), verificationKey(b)]),
  })

  test('each key verifies its own tokens, by kid', async () => {
    await expect(verify(await signWith(a))).resolves.toMatchObject({ header: { kid: a.kid } })
    await expect(verify(await signWith(b))).resolves.toMatchObject({ header: { kid: b.kid } })
  })

  test('a token whose kid names no key is refused as KEY_UNKNOWN', async () => {
    await expect(verify(await signWith(c))).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  })

  test('a kid named like a prototype member is an unknown key', () => {
    const found = staticKeys([verificationKey(a), verificationKey(b)]).find(
      { alg: 'ES256', kid: '__proto__' },
      new AbortController().signal,
    )
    expect(found).toBeUndefined()
  })

  test('a token without kid uses the only key, and is refused when there are two', () => {
    const signal = new AbortController().signal
    const [one, two] = [verificationKey(a), verificationKey(b)]
    expect(staticKeys([one]).find({ alg: 'ES256' }, signal)).toBe(one)
    expect(staticKeys([one, two]).find({ alg: 'ES256' }, signal)).toBeUndefined()
  })

  test('no keys, duplicate kids, private keys and mixed kinds are refused when built', () => {
    const secret = hmacKey(randomBytes(32), 'HS256')
    const one = verificationKey(a)
    for (const keys of [[], [one, one], [a], [one, secret]]) {
      expect(() => staticKeys(keys)).toThrow(ConfigError)
    }
  })
})

describe('publishedSet', () => {
  const [a, b] = [ecKey(), ecKey()]

  test('publishedSet contains public halves only', () => {
    const { keys } = JSON.parse(publishedSet([a, b]).body) as { keys: Record<string, unknown>[] }
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    }
  })

  test('publishedSet has one text and one ETag for one set of keys, whatever their order', () => {
    expect(publishedSet([a, b])).toEqual(publishedSet([b, a]))
    expect(publishedSet([a]).headers.etag).not.toBe(publishedSet([b]).headers.etag)
  })

  test('publishedSet recognises a caller who already has the set', () => {
    const set = publishedSet([a, b])
    const { etag } = set.headers
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*'])
      expect(isUnchanged(set, header)).toBe(true)
    for (const header of [undefined, '', '"x"', etag.slice(1, -1)])
      expect(isUnchanged(set, header)).toBe(false)
  })

  test('publishedSet refuses two keys with one kid, and invalid ages', () => {
    expect(() => publishedSet([a, a])).toThrow(ConfigError)
    for (const age of [-1, 1.5, NaN]) expect(() => publishedSet([a], age)).toThrow(ConfigError)
    expect(publishedSet([a], 0).headers['cache-control']).toBe('public, max-age=0')
  })

  test('publishedSet refuses a secret, and an empty set', () => {
    expect(() => publishedSet([hmacKey(randomBytes(32), 'HS256')])).toThrow(ConfigError)
    expect(() => publishedSet([])).toThrow(ConfigError)
  })
})
