import { generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { readJwkSet } from '../../src/key/jwk-set.js'
import { privateKey } from '../../src/key/asymmetric-key.js'
import { publicJwk } from '../../src/key/public-half.js'
import { rawPair } from './pairs.js'

const ec = rawPair('ES256').publicKey.export({ format: 'jwk' })
const rsa = rawPair('RS256').publicKey.export({ format: 'jwk' })
const ed = rawPair('EdDSA').publicKey.export({ format: 'jwk' })
const oct = () => ({ kty: 'oct', k: randomBytes(32).toString('base64url') })

describe('a JWK set', () => {
  it('each key of a JWK set gets the one configured algorithm that fits', () => {
    const keys = readJwkSet({ keys: [ec, rsa, ed] }, ['ES256', 'PS256', 'Ed25519', 'HS256'])
    expect(keys.map(({ alg, kind }) => [alg, kind])).toEqual([
      ['ES256', 'public'],
      ['PS256', 'public'],
      ['Ed25519', 'public'],
    ])
  })

  it('a JWK set with a key that fits two algorithms is refused, unless the key names one', () => {
    expect(() => readJwkSet({ keys: [rsa] }, ['RS256', 'PS256'])).toThrow(/fits two/)
    expect(() => readJwkSet({ keys: [ed] }, ['EdDSA', 'Ed25519'])).toThrow(/fits two/)
    expect(() => readJwkSet({ keys: [oct()] }, ['HS256', 'HS384'])).toThrow(/fits two/)
    const [key] = readJwkSet({ keys: [{ ...rsa, alg: 'PS256' }] }, ['RS256', 'PS256'])
    expect(key?.alg).toBe('PS256')
  })

  it('a JWK set with a private key is refused as a whole', () => {
    const secret = rawPair('ES256').privateKey.export({ format: 'jwk' })
    expect(() => readJwkSet({ keys: [rsa, secret] }, ['RS256'])).toThrow(/private key/)
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])
      expect(() => readJwkSet({ keys: [rsa, { ...ec, [name]: 'AA' }] }, ['RS256'])).toThrow(
        /private/,
      )
  })

  it('a JWK set with a kid twice, or with secrets among public keys, is refused as a whole', () => {
    const named = (jwk: JsonWebKey, kid: string) => ({ ...jwk, kid })
    expect(() => readJwkSet({ keys: [named(ec, 'a'), named(rsa, 'a')] }, ['ES256'])).toThrow(
      /"kid"/,
    )
    expect(() => readJwkSet({ keys: [named(oct(), 'a'), named(oct(), 'a')] }, ['HS256'])).toThrow(
      /"kid"/,
    )
    expect(() => readJwkSet({ keys: [ec, oct()] }, ['ES256'])).toThrow(/mixes/)
    expect(readJwkSet({ keys: [named(oct(), 'a'), named(oct(), 'b')] }, ['HS256']).length).toBe(2)
  })

  it('a JWK set is read without keys for another use, of another kind or damaged', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
      format: 'jwk',
    })
    const others: unknown[] = [
      { ...ec, use: 'enc' },
      { ...ec, key_ops: ['encrypt'] },
      { ...ec, alg: 'ES999' },
      { ...ec, alg: 'ES384' },
      { ...ec, crv: 'P-999' },
      { ...ec, kty: 'XY' },
      { ...ec, x: 'AAAA' },
      { ...ec, kid: 7 },
      { kty: 'RSA' },
      weak,
      {},
      null,
      'text',
      7,
    ]
    expect(readJwkSet({ keys: others }, ['ES256', 'RS256'])).toEqual([])
    expect(readJwkSet({ keys: [...others, ec] }, ['ES256', 'RS256']).length).toBe(1)
  })

  it.each([undefined, null, [], 'text', {}, { keys: {} }, { keys: null }, ec])(
    'the value %j is not a JWK set',
    (set) => {
      expect(() => readJwkSet(set, ['ES256'])).toThrow(ConfigError)
    },
  )

  it('a JWK set of published keys is read back', () => {
    const keys = (['ES256', 'RS256', 'EdDSA'] as const).map((alg) =>
      publicJwk(privateKey(rawPair(alg).privateKey, alg)),
    )
    const read = readJwkSet({ keys }, ['ES256', 'RS256', 'EdDSA'])
    expect(read.map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid))
  })
})
