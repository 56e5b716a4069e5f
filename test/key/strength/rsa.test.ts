import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { privateKey, publicKey } from '../../../src/key/asymmetric-key.js'
import { isRocaModulus } from '../../../src/key/strength/roca.js'
import { rawPair } from '../pairs.js'

describe('RSA', () => {
  it.each([512, 1024, 2040])('an RSA key of %i bits is refused', (modulusLength) => {
    const pair = generateKeyPairSync('rsa', { modulusLength })
    for (const alg of ['RS256', 'PS512'] as const) {
      expect(() => publicKey(pair.publicKey, alg)).toThrow(/2048 to 8192/)
      expect(() => privateKey(pair.privateKey, alg)).toThrow(/2048 to 8192/)
    }
  })

  it('an RSA key of more than 8192 bits is refused', () => {
    const n = Buffer.alloc(1025, 255).toString('base64url')
    expect(() => publicKey({ kty: 'RSA', n, e: 'AQAB' }, 'RS256')).toThrow(/2048 to 8192/)
  })

  it.each(['AQ', 'Aw', 'EQ', 'AQAA', Buffer.alloc(33, 255).toString('base64url')])(
    'an RSA key with the exponent %s is refused',
    (e) => {
      const { n = '' } = rawPair('RS256').publicKey.export({ format: 'jwk' })
      expect(() => publicKey({ kty: 'RSA', n, e }, 'RS256')).toThrow(/exponent|damaged/)
    },
  )

  it('an RSA key with an even modulus is refused', () => {
    const n = Buffer.alloc(256, 254).toString('base64url')
    expect(() => publicKey({ kty: 'RSA', n, e: 'AQAB' }, 'RS256')).toThrow(/odd/)
  })

  it('an RSA key with the fingerprint of ROCA is refused, and random moduli do not have it', () => {
    // Primes of the form k·M + (65537^a mod M), as the broken library made them; primality does not matter here.
    const product = primes(701).reduce((all, prime) => all * prime, 1n)
    const factor = (k: bigint, a: bigint) => k * product + power(65_537n, a, product)
    const roca = factor(2n ** 60n + 12_345n, 987_654_321n) * factor(2n ** 60n + 77n, 123_456_789n)
    expect(isRocaModulus(roca)).toBe(true)
    expect(isRocaModulus(roca + 2n)).toBe(false)
    const n = Buffer.from(roca.toString(16).padStart(512, '0'), 'hex').toString('base64url')
    expect(() => publicKey({ kty: 'RSA', n, e: 'AQAB' }, 'RS256')).toThrow(/ROCA/)
    for (let i = 0; i < 2_000; i++)
      expect(isRocaModulus(BigInt(`0x${randomBytes(256).toString('hex')}`))).toBe(false)
  })

  it('a key of the RSASSA-PSS kind is refused, and the message says what to use', () => {
    const pair = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    expect(() => publicKey(pair.publicKey, 'PS256')).toThrow(/rsaEncryption/)
  })
})

function primes(limit: number): bigint[] {
  return Array.from({ length: limit - 1 }, (_, i) => i + 2)
    .filter((n) =>
      Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).every(
        (d) => n % d !== 0,
      ),
    )
    .map(BigInt)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus]
  for (let rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus)
    if (rest & 1n) result = (result * square) % modulus
  return result
}
