import { expect, it } from 'vitest'
import { isAlgorithm } from '../../src/key/algorithms.js'
import { AuthError } from '../../src/foundation/errors.js'
import { hmacKey, privateKey, publicKey } from '../../src/key/index.js'
import { signSigningInput } from '../../src/key/signature/sign.js'
import { createVerifier, decodeToken, verifyCompact } from '../../src/token/index.js'
import { describeVectors } from './find.js'

interface Vector {
  readonly id: string
  readonly alg: string
  readonly expect: 'valid' | 'invalid'
  readonly jwk: Record<string, unknown> | null
  readonly jws: string
}

describeVectors('RFC 7515 appendix A and RFC 8037 appendix A', (read) => {
  const { jws: vectors } = read.json('rfc/rfc_jws_vectors.json') as { jws: readonly Vector[] }
  const valid = vectors.filter((vector) => vector.expect === 'valid')

  it('the appendices have five examples that verify and one that is unsecured', () => {
    expect(valid).toHaveLength(5)
    expect(vectors).toHaveLength(6)
  })

  it.each(valid)('$id verifies', ({ alg, jwk, jws }) => {
    if (!isAlgorithm(alg) || !jwk) throw new Error('the vector is incomplete')
    const half = Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== 'd'))
    const key = alg === 'HS256' ? hmacKey(jwk, alg) : publicKey(half, alg)
    const [, payload = ''] = jws.split('.')
    expect(Buffer.from(verifyCompact(jws, key).payload).toString('base64url')).toBe(payload)
    expect(() => verifyCompact(`${jws.slice(0, -4)}AAAA`, key)).toThrow(AuthError)
  })

  it('RFC7515-A.1 is a token: its CRLF is white space, and it has expired', async () => {
    const { jwk, jws } = valid[0] ?? {}
    const keys = hmacKey(jwk ?? {}, 'HS256')
    const options = { keys, algorithms: ['HS256'], audience: null } as const
    const at = (now: number) => createVerifier({ ...options, issuer: 'joe', now: () => now })
    const token = await at(1_300_819_379)(jws ?? '')
    expect(token.claims).toMatchObject({ iss: 'joe', 'http://example.com/is_root': true })
    await expect(at(1_300_819_441)(jws ?? '')).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
  })

  it('RFC7515-A.5 (unsecured) is refused, and does not even decode', () => {
    const jws = vectors.find(({ id }) => id === 'RFC7515-A.5')?.jws ?? ''
    const key = hmacKey(valid[0]?.jwk ?? {}, 'HS256')
    expect(() => verifyCompact(jws, key)).toThrow(AuthError)
    expect(decodeToken(jws).unverifiedHeader.alg).toBe('none')
  })

  it('the signature of RFC8037-A.4 is made byte for byte', async () => {
    const { jwk, jws } = vectors.find(({ id }) => id === 'RFC8037-A.4') ?? {}
    const [header = '', payload = '', signature] = (jws ?? '').split('.')
    const key = privateKey(jwk ?? {}, 'EdDSA')
    expect(await signSigningInput(key, `${header}.${payload}`)).toBe(signature)
  })
})
