import { type JsonWebKey } from 'node:crypto'
import { expect, it } from 'vitest'
import { isAlgorithm } from '../../src/key/algorithms.js'
import { readJwkSet } from '../../src/key/jwk-set.js'
import { hmacKey } from '../../src/key/hmac-key.js'
import { Key } from '../../src/key/key.js'
import { privateKey, publicKey } from '../../src/key/asymmetric-key.js'
import { signSigningInput } from '../../src/key/signature/sign.js'
import { thumbprint } from '../../src/key/thumbprint.js'
import { describeVectors } from './find.js'
import { verifyText } from '../key/signature/verify-text.js'

interface RfcFile {
  readonly jws: readonly { id: string; alg: string; jwk: JsonWebKey | null; jws: string }[]
  readonly thumbprints: readonly { id: string; jwk: JsonWebKey; thumbprint: string }[]
}

describeVectors('RFC examples', (read) => {
  const file = read.json('rfc/rfc_jws_vectors.json') as RfcFile
  const cookbook = (name: string) => read.json(`jose-cookbook/jwk/${name}.json`) as JsonWebKey

  it('thumbprints are those of RFC 7638 section 3.1 and RFC 8037 appendix A.3', () => {
    expect(file.thumbprints.length).toBe(2)
    for (const { jwk, thumbprint: expected } of file.thumbprints) {
      const alg = jwk.kty === 'RSA' ? 'RS256' : 'EdDSA'
      expect(thumbprint(jwk)).toBe(expected)
      expect(thumbprint(Key.powers(publicKey(jwk, alg)).publicHalf())).toBe(expected)
      expect(publicKey(without('kid', jwk), alg).kid).toBe(expected)
    }
  })

  it('RFC 7515 appendix A and RFC 8037 appendix A.4 verify, and "none" does not exist', () => {
    const known = file.jws.filter(({ alg }) => isAlgorithm(alg))
    expect(known.map(({ id }) => id).sort()).toEqual(
      ['A.1', 'A.2', 'A.3', 'A.4']
        .map((id) => `RFC7515-${id}`)
        .concat('RFC8037-A.4')
        .sort(),
    )
    for (const { alg, jwk, jws } of known) {
      if (!isAlgorithm(alg) || !jwk) throw new Error('not as expected')
      const key = jwk.kty === 'oct' ? hmacKey(jwk, alg) : publicKey(without('d', jwk), alg)
      const at = jws.lastIndexOf('.')
      expect(verifyText(key, jws.slice(0, at), jws.slice(at + 1))).toBe(true)
    }
  })

  it('RFC 7515 appendix A.1 and RFC 8037 appendix A.4 are signed byte for byte', () => {
    for (const { id, alg, jwk, jws } of file.jws) {
      if (!isAlgorithm(alg) || !jwk || !['RFC7515-A.1', 'RFC8037-A.4'].includes(id)) continue
      const key = jwk.kty === 'oct' ? hmacKey(jwk, alg) : privateKey(jwk, alg)
      const at = jws.lastIndexOf('.')
      expect(signSigningInput(key, jws.slice(0, at))).toBe(jws.slice(at + 1))
    }
  })

  it('RFC 7520 section 3 keys are taken for what they are', () => {
    expect(publicKey(cookbook('3_1.ec_public_key'), 'ES512').kind).toBe('public')
    expect(privateKey(cookbook('3_2.ec_private_key'), 'ES512').kind).toBe('private')
    expect(publicKey(cookbook('3_3.rsa_public_key'), 'RS256').kind).toBe('public')
    expect(privateKey(cookbook('3_4.rsa_private_key'), 'PS384').kind).toBe('private')
    expect(hmacKey(cookbook('3_5.symmetric_key_mac_computation'), 'HS256').kind).toBe('secret')
    expect(() => hmacKey(cookbook('3_6.symmetric_key_encryption'), 'HS256')).toThrow(/jwk\.alg/)
    for (const name of ['3_2.ec_private_key', '3_4.rsa_private_key'])
      expect(readJwkSet({ keys: [cookbook(name)] }, ['ES512', 'RS256'])).toEqual({
        keys: [],
        skipped: [{ position: 0, reason: 'private key' }],
      })
    const open = ['3_1.ec_public_key', '3_3.rsa_public_key'].map(cookbook)
    // The two cookbook keys are of one owner, and have one name.
    const { keys } = readJwkSet({ keys: open }, ['ES512', 'RS256'])
    expect(keys.map(({ alg, kid }) => [alg, kid])).toEqual([
      ['ES512', 'bilbo.baggins@hobbiton.example'],
      ['RS256', 'bilbo.baggins@hobbiton.example'],
    ])
  })
})

function without(name: string, jwk: JsonWebKey): JsonWebKey {
  return Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== name))
}
