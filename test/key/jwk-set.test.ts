import { generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { readJwkSet } from '../../src/key/jwk-set.js'
import type { Algorithm } from '../../src/key/algorithms.js'
import { privateKey } from '../../src/key/asymmetric-key.js'
import { thumbprint } from '../../src/key/thumbprint.js'
import { publicJwk } from '../../src/key/public-half.js'
import { rawPair } from './pairs.js'

const ec = rawPair('ES256').publicKey.export({ format: 'jwk' })
const rsa = rawPair('RS256').publicKey.export({ format: 'jwk' })
const ed = rawPair('EdDSA').publicKey.export({ format: 'jwk' })
const oct = (bytes = 32) => ({ kty: 'oct', k: randomBytes(bytes).toString('base64url') })

describe('a JWK set', () => {
  it('each key of a JWK set gets the one configured algorithm that fits', () => {
    const { keys } = readJwkSet({ keys: [ec, rsa, ed] }, ['ES256', 'PS256', 'Ed25519', 'HS256'])
    expect(keys.map(({ alg, kind }) => [alg, kind])).toEqual([
      ['ES256', 'public'],
      ['PS256', 'public'],
      ['Ed25519', 'public'],
    ])
  })

  it('a key without alg is made once for every algorithm that fits it, one with alg for that one', () => {
    const algorithmsOf = (jwk: JsonWebKey, algorithms: readonly Algorithm[]) =>
      readJwkSet({ keys: [jwk] }, algorithms).keys.map(({ alg }) => alg)
    expect(algorithmsOf(rsa, ['RS256', 'PS256', 'ES256'])).toEqual(['RS256', 'PS256'])
    expect(algorithmsOf(ed, ['EdDSA', 'Ed25519', 'Ed448'])).toEqual(['EdDSA', 'Ed25519'])
    expect(algorithmsOf(ec, ['ES256', 'ES384', 'ES256K'])).toEqual(['ES256'])
    expect(algorithmsOf({ ...rsa, alg: 'PS256' }, ['RS256', 'PS256'])).toEqual(['PS256'])
  })

  it('a secret without alg is for the hashes that it is long enough for', () => {
    const read = (bytes: number) =>
      readJwkSet({ keys: [oct(bytes)] }, ['HS256', 'HS384', 'HS512']).keys.map(({ alg }) => alg)
    expect([read(32), read(48), read(64)]).toEqual([
      ['HS256'],
      ['HS256', 'HS384'],
      ['HS256', 'HS384', 'HS512'],
    ])
  })

  it('an alg of another kind of key makes an entry unusable: no public key becomes a secret', () => {
    for (const jwk of [ec, rsa, ed])
      for (const alg of ['HS256', 'HS384', 'HS512'] as const)
        expect(readJwkSet({ keys: [{ ...jwk, alg }] }, [alg])).toEqual({
          keys: [],
          skipped: [{ position: 0, reason: 'algorithm' }],
        })
    expect(readJwkSet({ keys: [{ ...oct(), alg: 'ES256' }] }, ['ES256']).keys).toEqual([])
  })

  it('a private key in a JWK set is left out, and with it every entry of its public half', () => {
    const pair = rawPair('ES256')
    const secret = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'p' }
    const both = readJwkSet({ keys: [rsa, secret, { ...ec, kid: 'half' }] }, ['RS256', 'ES256'])
    expect(both.keys.map(({ alg }) => alg)).toEqual(['RS256'])
    expect(both.skipped).toEqual([1, 2].map((position) => ({ position, reason: 'private key' })))
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']) {
      const { keys, skipped } = readJwkSet({ keys: [rsa, { ...ec, [name]: 'AA' }] }, ['ES256'])
      expect([name, keys, skipped.at(-1)?.reason]).toEqual([name, [], 'private key'])
    }
  })

  it('a member of an entry that is null is absent', () => {
    const nulls = { d: null, k: null, oth: null, alg: null, use: null, key_ops: null, kid: null }
    const { keys, skipped } = readJwkSet({ keys: [{ ...ec, ...nulls }] }, ['ES256'])
    expect(skipped).toEqual([])
    expect(keys.map(({ kid }) => kid)).toEqual([thumbprint(ec)])
  })

  it('a JWK set with two secrets of one kid, or with secrets among public keys, is refused as a whole', () => {
    const named = (jwk: JsonWebKey, kid: string) => ({ ...jwk, kid })
    expect(() => readJwkSet({ keys: [named(oct(), 'a'), named(oct(), 'a')] }, ['HS256'])).toThrow(
      /"kid"/,
    )
    expect(() => readJwkSet({ keys: [ec, oct()] }, ['ES256'])).toThrow(/mixes/)
    const two = readJwkSet({ keys: [named(oct(), 'a'), named(oct(), 'b')] }, ['HS256'])
    expect(two.keys.length).toBe(2)
  })

  it('a secret is left out of a set that others can read, whatever the algorithms', () => {
    expect(readJwkSet({ keys: [oct(), ec] }, ['HS256', 'ES256'], 'never')).toMatchObject({
      keys: [{ alg: 'ES256' }],
      skipped: [{ position: 0, reason: 'secret' }],
    })
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
    const { keys, skipped } = readJwkSet({ keys: others }, ['ES256', 'RS256'])
    expect(keys).toEqual([])
    expect(skipped.map(({ position }) => position)).toEqual([...others.keys()])
    expect(readJwkSet({ keys: [...others, ec] }, ['ES256', 'RS256']).keys.length).toBe(1)
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
    expect(read.keys.map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid))
  })
})
