import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { publicJwk } from '../../src/key/index.js'
import { localJwks } from '../../src/key-sources/local-jwks.js'
import { ecKey, signWith, verifierOf } from './remote/setup.js'
import { jwkOf } from '../key/pairs.js'

const [a, b] = [ecKey(), ecKey()]
const algorithms = ['ES256'] as const
const jwks = [publicJwk(a), publicJwk(b)] as const

describe('localJwks', () => {
  test('localJwks finds keys by kid', async () => {
    const verify = verifierOf(localJwks({ keys: jwks }, { algorithms }))
    await expect(verify(await signWith(a))).resolves.toBeDefined()
    await expect(verify(await signWith(b))).resolves.toBeDefined()
    await expect(verify(await signWith(ecKey()))).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  })

  test('localJwks accepts a set of secrets', () => {
    const k = randomBytes(32).toString('base64url')
    const finder = localJwks({ keys: [{ kty: 'oct', kid: 's', k }] }, { algorithms: ['HS256'] })
    const found = finder.find({ alg: 'HS256', kid: 's' }, new AbortController().signal)
    expect(found).toMatchObject({ kid: 's', alg: 'HS256' })
  })

  test.each([
    ['no set', {}],
    ['nothing that can be used', { keys: [] }],
    [
      'two secrets of one kid',
      {
        keys: [1, 2].map(() => ({
          ...{ kty: 'oct', kid: 's', alg: 'HS256' },
          k: randomBytes(32).toString('base64url'),
        })),
      },
    ],
    ['a secret beside a public key', { keys: [jwks[0], { kty: 'oct', k: 'AAAA' }] }],
    [
      'a private key',
      {
        keys: [jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
      },
    ],
    ['a damaged key beside a good one', { keys: [jwks[0], { ...jwks[1], y: 'AAAA' }] }],
    ['something that is no key', { keys: [null] }],
  ])('localJwks refuses %s', (_, set) => {
    expect(() => localJwks(set as never, { algorithms })).toThrow(ConfigError)
  })

  test('localJwks leaves out keys for other algorithms', () => {
    const other = { ...publicJwk(b), alg: 'ES384' }
    expect(() => localJwks({ keys: [jwks[0], other] }, { algorithms })).not.toThrow()
  })

  test('localJwks refuses algorithms that are unknown or mixed', () => {
    for (const names of [[], ['none'], ['HS256', 'ES256']])
      expect(() => localJwks({ keys: jwks }, { algorithms: names as never })).toThrow(/algorithms/)
  })
})
