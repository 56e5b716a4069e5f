import { describe, expect, it } from 'vitest'
import { isAlgorithm, type Algorithm } from '../../src/key/algorithms.js'
import { AuthError } from '../../src/foundation/errors.js'
import { hmacKey, type Key, privateKey, verificationKey } from '../../src/key/index.js'
import { signCompact, verifyCompact } from '../../src/token/index.js'
import { describeVectors } from './find.js'

interface Example {
  readonly input: { payload: string; key: Jwk | Jwk[]; alg: string | string[] }
  readonly signing: { protected?: Record<string, unknown> }
  readonly output: { compact?: string; json?: object; json_flat?: object }
}
type Jwk = Record<string, unknown>

describeVectors('RFC 7520, RFC 7797 and RFC 8037 cookbook', (read) => {
  const example = (path: string) => read.json(`jose-cookbook/${path}`) as Example

  describe.each([
    'jws/4_1.rsa_v15_signature.json',
    'jws/4_2.rsa-pss_signature.json',
    'jws/4_3.ecdsa_signature.json',
    'jws/4_4.hmac-sha2_integrity_protection.json',
    'curve25519/jws.json',
  ])('%s', (path) => {
    const { input, output } = example(path)
    const { signing, verifying } = keysOf(input)

    it('a cookbook example verifies in its compact form', () => {
      const { payload } = verifyCompact(output.compact ?? '', verifying)
      expect(Buffer.from(payload).toString()).toBe(input.payload)
    })
    it('a cookbook example is refused in its JSON forms', () => {
      for (const form of [output.json, output.json_flat]) {
        expect(() => verifyCompact(JSON.stringify(form), verifying)).toThrow(AuthError)
      }
    })
    it('a cookbook example verifies when signed again', async () => {
      const again = await signCompact(Buffer.from(input.payload), signing)
      expect(Buffer.from(verifyCompact(again, verifying).payload).toString()).toBe(input.payload)
    })
  })

  it.each(['jws/4_1.rsa_v15_signature.json', 'jws/4_4.hmac-sha2_integrity_protection.json'])(
    '%s is reproduced byte for byte',
    async (path) => {
      const { input, output } = example(path)
      const { signing } = keysOf(input)
      expect(await signCompact(Buffer.from(input.payload), signing)).toBe(output.compact)
    },
  )

  it('detached content is refused', () => {
    const { input, output } = example('jws/4_5.signature_with_detached_content.json')
    const { verifying } = keysOf(input)
    expect(output.compact).toContain('..')
    expect(() => verifyCompact(output.compact ?? '', verifying)).toThrow(AuthError)
  })

  it.each([
    'jws/4_6.protecting_specific_header_fields.json',
    'jws/4_7.protecting_content_only.json',
    'jws/4_8.multiple_signatures.json',
    'rfc7797/4.2.hmac-sha2_b64_false.json',
  ])('%s exists as JSON only, and is refused', (path) => {
    const { input, output } = example(path)
    const keys = [input.key].flat().map((jwk, i) => keyOf(jwk, [input.alg].flat()[i]))
    expect(output.compact).toBeUndefined()
    const forms = [output.json, output.json_flat].filter((form) => form !== undefined)
    expect(forms.length).toBeGreaterThan(0)
    for (const form of forms) {
      const text = JSON.stringify(form)
      expect(() => verifyCompact(text, keys.map(verificationKey))).toThrow(AuthError)
    }
  })

  it('b64:false is refused in a compact form too', () => {
    const { input, output } = example('rfc7797/4.2.hmac-sha2_b64_false.json')
    const flat = output.json_flat as { protected: string; payload: string; signature: string }
    const { verifying } = keysOf(input)
    for (const payload of [flat.payload, Buffer.from(flat.payload).toString('base64url'), '']) {
      const compact = `${flat.protected}.${payload}.${flat.signature}`
      expect(() => verifyCompact(compact, verifying)).toThrow(AuthError)
    }
  })
})

function keysOf(input: Example['input']): { signing: Key; verifying: Key } {
  const signing = keyOf([input.key].flat()[0] ?? {}, [input.alg].flat()[0])
  return { signing, verifying: verificationKey(signing) }
}

function keyOf(jwk: Jwk, alg: unknown): Key {
  const algorithm: Algorithm | undefined = isAlgorithm(alg) ? alg : undefined
  if (!algorithm) throw new Error('the example names no algorithm')
  return jwk['kty'] === 'oct' ? hmacKey(jwk, algorithm) : privateKey(jwk, algorithm)
}
