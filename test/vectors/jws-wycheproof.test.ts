import { createSecretKey } from 'node:crypto'
import { expect, it } from 'vitest'
import { isAlgorithm } from '../../src/key/algorithms.js'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { hmacKey, publicKey } from '../../src/key/index.js'
import { verifyCompact } from '../../src/token/index.js'
import { Key } from '../../src/key/key.js'
import { describeVectors } from './find.js'

interface Group {
  readonly public?: Record<string, unknown>
  readonly private?: Record<string, unknown>
  readonly tests: readonly { tcId: number; jws: string; result: 'valid' | 'invalid' }[]
}

describeVectors('Wycheproof JSON Web Signature', (read) => {
  const { testGroups } = read.json('wycheproof/testvectors_v1/json_web_signature_test.json') as {
    testGroups: readonly Group[]
  }
  const listed = read.json('wycheproof/expected-deviations.json') as Record<
    string,
    Record<string, { file_says: string; strict: string }>
  >
  const deviations = new Map(
    Object.entries(listed['json_web_signature_test.json'] ?? {}).flatMap(([ids, deviation]) =>
      ids.split(',').map((id) => [Number(id), deviation] as const),
    ),
  )

  it('the suite lists eight deviations, and no more', () => {
    expect([...deviations.keys()].sort((a, b) => a - b)).toEqual([
      346, 347, 350, 351, 367, 370, 372, 373,
    ])
  })

  it('verification agrees on 401 of 401 after the deviations', () => {
    let agreed = 0
    const wrong: number[] = []
    for (const group of testGroups) {
      const key = keyOf(group.public ?? group.private ?? {})
      for (const { tcId, jws, result } of group.tests) {
        const deviation = deviations.get(tcId)
        if (deviation) expect(deviation.file_says).toBe(result)
        const expected = deviation ? deviation.strict === 'accept' : result === 'valid'
        if (accepts(jws, key) === expected) agreed++
        else wrong.push(tcId)
      }
    }
    expect({ agreed, wrong }).toEqual({ agreed: 401, wrong: [] })
  })

  it('verification takes the four mislabelled RFC 7520 tokens under the algorithm they were signed with', () => {
    const renamed = { PS256: 'PS384', ES521: 'ES512' } as const
    let accepted = 0
    for (const group of testGroups) {
      const jwk = group.public ?? {}
      const alg = renamed[jwk['alg'] as keyof typeof renamed]
      const tests = group.tests.filter(({ tcId }) => [346, 347, 350, 351].includes(tcId))
      for (const { jws } of tests) if (accepts(jws, keyOf({ ...jwk, alg }))) accepted++
    }
    expect(accepted).toBe(4)
  })

  it('verification refuses 357 with the padding that 367 and 370 have lost', () => {
    const group = testGroups.find(({ tests }) => tests.some(({ tcId }) => tcId === 357))
    const jws = group?.tests.find(({ tcId }) => tcId === 357)?.jws ?? ''
    const key = keyOf(group?.private ?? group?.public ?? {})
    const [header = '', payload = '', signature = ''] = jws.split('.')
    expect(accepts(jws, key)).toBe(true)
    expect(accepts(`${header}.${payload}=.${signature}`, key)).toBe(false)
    expect(accepts(`${header}.${payload}.${signature}=`, key)).toBe(false)
  })
})

/** Secret of the group "base64": no guessable secret gets past `hmacKey`, so its key is made around that. */
const zeros = 'A'.repeat(43)

/** The key as its JWK says; undefined when it must not be used at all. */
function keyOf(jwk: Record<string, unknown>): Key | undefined {
  const { alg } = jwk
  if (!isAlgorithm(alg)) return undefined
  if (jwk['k'] === zeros) {
    const material = createSecretKey(Buffer.alloc(32))
    expect(() => hmacKey(jwk, alg)).toThrow(ConfigError)
    return new Key(alg, { material, kid: 'zeros', hasPublicKid: false, maySign: false })
  }
  try {
    return jwk['kty'] === 'oct' ? hmacKey(jwk, alg) : publicKey(jwk, alg)
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

function accepts(jws: string, key: Key | undefined): boolean {
  if (!key) return false
  try {
    verifyCompact(jws, key)
    return true
  } catch (error) {
    if (error instanceof AuthError) return false
    throw error
  }
}
