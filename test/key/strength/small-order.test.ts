import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { localJwks } from '../../../src/key-sources/local-jwks.js'
import { publicKey } from '../../../src/key/index.js'

/** y of every point of small order; the top bit is the sign of x. */
const ed25519 = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

const ed448 = [0n, 1n, -1n].flatMap((y) => {
  const p = 2n ** 448n - 2n ** 224n - 1n
  const residues = y === -1n ? [p - 1n] : [y, p + y]
  return residues.map((value) => littleEndian(value, 57))
})

function littleEndian(value: bigint, bytes: number): string {
  const big = value.toString(16).padStart(bytes * 2, '0')
  return Buffer.from(big, 'hex').reverse().toString('hex')
}

function withSign(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80
  return bytes.toString('hex')
}

const cases = [
  ...ed25519.map((hex) => ['Ed25519', hex] as const),
  ...ed448.map((hex) => ['Ed448', hex] as const),
].flatMap(([crv, hex]) => [[crv, hex] as const, [crv, withSign(hex)] as const])

describe('a public key that is a point of small order', () => {
  test.each(cases)('a public key that is a point of small order is refused: %s %s', (crv, hex) => {
    const jwk = { kty: 'OKP', crv, x: Buffer.from(hex, 'hex').toString('base64url') }
    expect(() => publicKey(jwk, crv)).toThrow('small order')
    const der = createPublicKey({ key: jwk, format: 'jwk' })
    expect(() => publicKey(der, crv)).toThrow('small order')
    expect(() => publicKey(der.export({ format: 'pem', type: 'spki' }).toString(), crv)).toThrow(
      'small order',
    )
    expect(() => localJwks({ keys: [{ ...jwk, kid: 'a' }] }, { algorithms: [crv] })).toThrow()
  })

  test('node:crypto verifies forged signatures of a point of small order, which is why it is refused', () => {
    const x = Buffer.from(ed25519[1] ?? '', 'hex')
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') },
      format: 'jwk',
    })
    const forged = Buffer.concat([x, Buffer.alloc(32)])
    expect(verify(null, randomBytes(20), key, forged)).toBe(true)
  })

  test.each(['ed25519', 'ed448'] as const)('a new %s key is never of small order', (type) => {
    const alg = type === 'ed25519' ? 'Ed25519' : 'Ed448'
    for (let made = 0; made < 20; made++)
      expect(publicKey(generateKeyPairSync(type as 'ed25519').publicKey, alg).alg).toBe(alg)
  })
})
