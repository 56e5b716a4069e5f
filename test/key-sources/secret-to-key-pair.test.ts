import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey, privateKey, verificationKey, type Key } from '../../src/key/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import { currentAndPrevious } from '../../src/key-sources/current-and-previous.js'
import { staticKeys } from '../../src/key-sources/static.js'
import { encode, verdict } from '../token/verify/forge.js'

const { publicKey, privateKey: pairPrivate } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const secret = hmacKey(randomBytes(32), 'HS256')
const signing = privateKey(pairPrivate, 'ES256')
const current = verificationKey(signing)
const policy = { issuer: 'https://auth.example', audience: 'api' }
const claims = { iss: policy.issuer, aud: 'api', exp: Math.floor(Date.now() / 1000) + 600 }
const both = ['HS256', 'ES256'] as const

const change = () => currentAndPrevious({ current, previous: secret })
const moving = (keys = change()) => createVerifier({ keys, algorithms: both, ...policy })
const sign = (key: Key) => createSigner({ key, ...policy, expiresIn: 600 })()

/** A token with any header, authenticated by any bytes. */
const forgeWith = (header: object, bytes: string | Uint8Array) => {
  const input = `${encode({ ...header })}.${encode(claims)}`
  return `${input}.${createHmac('sha256', bytes).update(input).digest('base64url')}`
}

describe('an issuer that moves from a secret to a key pair', () => {
  test('tokens of both are accepted, and counted', async () => {
    const keys = change()
    const verify = moving(keys)
    expect(await verdict(verify, await sign(signing))).toBe('accepted')
    for (let i = 0; i < 2; i++) expect(await verdict(verify, await sign(secret))).toBe('accepted')
    expect(keys.usage()).toMatchObject({ current: 1, previous: 2 })
  })

  test('a secret with a kid is found by it', async () => {
    const named = hmacKey(randomBytes(32), 'HS256', { kid: 'old' })
    const verify = moving(currentAndPrevious({ current, previous: named }))
    expect(await verdict(verify, await sign(named))).toBe('accepted')
  })

  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  const confusing: readonly (readonly [string, string | Uint8Array])[] = [
    ['PEM', pem],
    ['PEM without its last line feed', String(pem).trim()],
    ['DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['a JWK', JSON.stringify(publicKey.export({ format: 'jwk' }))],
    ['nothing', ''],
  ]
  test.each(confusing)(
    'an HS256 token made with the public key as %s is refused',
    async (_, bytes) => {
      const codes = ['SIGNATURE_INVALID', 'KEY_UNKNOWN']
      for (const header of [
        { alg: 'HS256' },
        { alg: 'HS256', kid: current.kid },
        { alg: 'HS256', kid: 'x' },
      ])
        expect(codes).toContain(await verdict(moving(), forgeWith(header, bytes)))
    },
  )

  test('an ES256 header with the MAC of the secret is refused, and the other way round', async () => {
    const bytes = randomBytes(32)
    const verify = moving(currentAndPrevious({ current, previous: hmacKey(bytes, 'HS256') }))
    expect(await verdict(verify, forgeWith({ alg: 'HS256' }, bytes))).toBe('accepted')
    for (const header of [{ alg: 'ES256' }, { alg: 'ES256', kid: current.kid }])
      expect(await verdict(verify, forgeWith(header, bytes))).toBe('SIGNATURE_INVALID')
    const [, payload = '', signature = ''] = (await sign(signing)).split('.')
    const relabelled = `${encode({ alg: 'HS256' })}.${payload}.${signature}`
    expect(await verdict(verify, relabelled)).toBe('SIGNATURE_INVALID')
  })

  test('after the change the algorithm of the secret is refused', async () => {
    const keys = change()
    const verify = createVerifier({ keys, algorithms: ['ES256'], ...policy })
    expect(await verdict(verify, await sign(signing))).toBe('accepted')
    expect(await verdict(verify, await sign(secret))).toBe('ALGORITHM_REFUSED')
  })

  test('a change of keys works for one of several issuers', async () => {
    const trusted = { keys: change(), algorithms: both, audience: 'api' }
    const verify = createVerifier({ issuers: { [policy.issuer]: trusted } })
    expect(await verdict(verify, await sign(signing))).toBe('accepted')
    expect(await verdict(verify, await sign(secret))).toBe('accepted')
  })

  test('tokens are kept in the cache as those of a key pair are', async () => {
    const verify = moving()
    const token = await sign(signing)
    for (let i = 0; i < 2; i++) await verify(token)
    expect(verify.cacheUse()).toEqual({ hits: 1, misses: 1 })
  })
})

describe('algorithms of both kinds', () => {
  const sources = {
    'one key': current,
    'a function': () => current,
    'fixed keys': staticKeys([current]),
    'two public keys': currentAndPrevious({
      current,
      previous: privateKeyOf(),
    }),
    'a finder': { find: () => current, version: () => 0 },
  }
  test.each(Object.entries(sources))('algorithms of both kinds are refused with %s', (_, keys) => {
    const build = () => createVerifier({ keys, algorithms: both, ...policy })
    expect(build).toThrow(ConfigError)
    expect(build).toThrow(/^createVerifier\.algorithms: mixes HMAC with public-key algorithms/)
  })
  test('algorithms of both kinds are refused for fixed keys', () => {
    expect(() => staticKeys([current, secret])).toThrow(ConfigError)
  })
})

function privateKeyOf(): Key {
  const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return verificationKey(privateKey(other, 'ES256'))
}
