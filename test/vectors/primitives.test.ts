import { expect, it } from 'vitest'
import { algorithmRow, isAlgorithm, type Algorithm } from '../../src/key/algorithms.js'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey } from '../../src/key/hmac-key.js'
import { publicKey } from '../../src/key/asymmetric-key.js'
import type { Key } from '../../src/key/key.js'
import { verifyBytes } from '../../src/key/signature/verify.js'
import { describeVectors } from './find.js'
import { guessable } from '../setup/short-secret.js'

interface Test {
  readonly tcId: number
  readonly key?: string
  readonly msg: string
  readonly sig?: string
  readonly tag?: string
  readonly ctx?: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

interface Group {
  readonly publicKeyPem?: string
  readonly publicKeyDer?: string
  readonly keySize?: number
  readonly tagSize?: number
  readonly sha?: string
  readonly mgfSha?: string
  readonly sLen?: number
  readonly publicKey?: string | { readonly publicExponent?: string }
  readonly tests: readonly Test[]
}

interface VectorFile {
  readonly numberOfTests: number
  readonly testGroups: readonly Group[]
}

/** File, algorithm, number of cases, of which must verify. */
const files = [
  ['hmac_sha256', 'HS256', 174, 30],
  ['hmac_sha384', 'HS384', 174, 30],
  ['hmac_sha512', 'HS512', 174, 30],
  ['ecdsa_secp256r1_sha256_p1363', 'ES256', 262, 173],
  ['ecdsa_secp384r1_sha384_p1363', 'ES384', 280, 193],
  ['ecdsa_secp521r1_sha512_p1363', 'ES512', 318, 231],
  ['ecdsa_secp256k1_sha256_p1363', 'ES256K', 252, 167],
  ['ed25519', 'Ed25519', 151, 88],
  ['ed448', 'Ed448', 87, 17],
  ['rsa_signature_2048_sha256', 'RS256', 259, 7],
  ['rsa_signature_2048_sha384', 'RS384', 258, 7],
  ['rsa_signature_2048_sha512', 'RS512', 259, 7],
  ['rsa_signature_3072_sha256', 'RS256', 259, 7],
  ['rsa_signature_3072_sha384', 'RS384', 259, 7],
  ['rsa_signature_3072_sha512', 'RS512', 260, 7],
  ['rsa_signature_4096_sha256', 'RS256', 258, 7],
  ['rsa_signature_4096_sha384', 'RS384', 259, 7],
  ['rsa_signature_4096_sha512', 'RS512', 259, 7],
  ['rsa_pss_2048_sha256_mgf1_32', 'PS256', 108, 63],
  ['rsa_pss_2048_sha384_mgf1_48', 'PS384', 141, 95],
  ['rsa_pss_3072_sha256_mgf1_32', 'PS256', 108, 63],
  ['rsa_pss_4096_sha256_mgf1_32', 'PS256', 108, 63],
  ['rsa_pss_4096_sha384_mgf1_48', 'PS384', 141, 95],
  ['rsa_pss_4096_sha512_mgf1_64', 'PS512', 179, 132],
  ['rsa_pss_misc', undefined, 150, 3],
] as const

const postQuantumFiles = [
  ['mldsa_44_verify', 'ML-DSA-44', 180],
  ['mldsa_65_verify', 'ML-DSA-65', 210],
  ['mldsa_87_verify', 'ML-DSA-87', 241],
] as const

const saltBytes: Readonly<Record<string, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }

/** A file's verdict; where JWA is narrower than the primitive, JWA's. */
function shouldVerify(group: Group, test: Test, alg: Algorithm): boolean {
  // "acceptable" is a missing NULL in the RSA padding, which RFC 8017 section 9.2 asks for.
  if (test.result !== 'valid') return false
  const row = algorithmRow(alg)
  // RFC 7518 section 3.2: the whole tag, and a key as long as it.
  if (row.kind === 'hmac')
    return [group.tagSize, group.keySize].every((bits = 0) => bits >= row.bytes * 8)
  // Section 3.5: one hash for everything, and a salt as long as the hash.
  if (row.kind === 'pss')
    return group.mgfSha === group.sha && group.sLen === saltBytes[group.sha ?? '']
  // Five cases have a key with the exponent 3, which is refused at import.
  if (row.kind === 'rsa')
    return typeof group.publicKey === 'object' && group.publicKey.publicExponent === '010001'
  // RFC 9964 section 4: the context of ML-DSA is empty.
  return (test.ctx ?? '') === ''
}

function verifies(group: Group, test: Test, alg: Algorithm): boolean {
  try {
    const signature = Buffer.from(test.sig ?? test.tag ?? '', 'hex')
    return verifyBytes(keyOf(group, test, alg), Buffer.from(test.msg, 'hex'), signature)
  } catch (error) {
    // A key that is refused verifies nothing: short HMAC keys, ML-DSA keys of the wrong length.
    if (error instanceof ConfigError) return false
    throw error
  }
}

/** Importing an RSA key takes longer than verifying with it. */
const imported = new WeakMap<Group, Key>()

function keyOf(group: Group, test: Test, alg: Algorithm): Key {
  if (test.key !== undefined) {
    const secret = Buffer.from(test.key, 'hex')
    return hmacKey(secret, alg, guessable(secret.byteLength, alg))
  }
  const key =
    imported.get(group) ??
    publicKey(group.publicKeyPem ?? Buffer.from(group.publicKeyDer ?? '', 'hex'), alg)
  imported.set(group, key)
  return key
}

/** The misc file has a hash for each group; SHA-1 and SHA-224 are no JWA algorithm, and must fail as another one. */
function algorithmOf(group: Group): Algorithm {
  const name = `PS${(group.sha ?? '').slice('SHA-'.length)}`
  return isAlgorithm(name) ? name : 'PS256'
}

describeVectors('Wycheproof primitives', (read) => {
  const run = (name: string, alg: Algorithm | undefined) => {
    const file = read.json(`wycheproof/testvectors_v1/${name}_test.json`) as VectorFile
    const results = file.testGroups.flatMap((group) =>
      group.tests.map((test) => {
        const chosen = alg ?? algorithmOf(group)
        const expected = shouldVerify(group, test, chosen)
        return { id: test.tcId, expected, actual: verifies(group, test, chosen) }
      }),
    )
    expect(results.length).toBe(file.numberOfTests)
    return results
  }

  it.each(files)('%s agrees with %s in all %i cases', (...[name, alg, count, accepted]) => {
    const results = run(name, alg)
    expect(results.filter(({ expected, actual }) => expected !== actual)).toEqual([])
    expect(results.length).toBe(count)
    expect(results.filter(({ actual }) => actual).length).toBe(accepted)
  })

  it('ML-DSA agrees in all 631 cases, or is unknown here', () => {
    const [known, unknown] = [true, false].map((isKnown) =>
      postQuantumFiles.filter(([, alg]) => isAlgorithm(alg) === isKnown),
    )
    expect([0, 3]).toContain(known?.length)
    if (unknown?.length === 3) return
    const results = postQuantumFiles.flatMap(([name, alg]) => run(name, alg))
    expect(results.filter(({ expected, actual }) => expected !== actual)).toEqual([])
    expect(results.length).toBe(631)
    expect(results.filter(({ actual }) => actual).length).toBe(74 + 76 + 68 + 3)
  })

  it('the vectors of primitives are 25 files with 5,137 cases everywhere', () => {
    expect(files.length).toBe(25)
    expect(files.reduce((sum, [, , count]) => sum + count, 0)).toBe(5_137)
  })
})
