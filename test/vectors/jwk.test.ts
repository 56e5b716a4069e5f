import { expect, it } from 'vitest'
import { isAlgorithm, type Algorithm } from '../../src/key/algorithms.js'
import { ConfigError } from '../../src/foundation/errors.js'
import { readJwkSet } from '../../src/key/jwk-set.js'
import type { Key } from '../../src/key/key.js'
import { describeVectors } from './find.js'
import { verifyText } from '../key/signature/verify-text.js'
import { guessable } from '../setup/short-secret.js'

interface KeyFile {
  readonly numberOfTests: number
  readonly testGroups: readonly {
    readonly comment: string
    readonly private: unknown
    readonly public?: unknown
    readonly tests: readonly {
      readonly tcId: number
      readonly comment: string
      readonly jws: string
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

/** Verifies as a verifier with this set would: `alg` as configured, the key by `kid`. */
function verifies(set: unknown, jws: string): boolean {
  const [header = '', payload = '', signature = ''] = jws.split('.')
  const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<
    string,
    unknown
  >
  if (!isAlgorithm(alg)) return false
  const key = pick(set, alg, kid)
  return key !== undefined && verifyText(key, `${header}.${payload}`, signature)
}

function pick(set: unknown, alg: Algorithm, kid: unknown): Key | undefined {
  try {
    // The key of 13 to 15 is 00 01 02 …, which is refused unless asked for: see the last test.
    const [, secret = ''] = /"k":"([^"]*)"/.exec(JSON.stringify(set)) ?? []
    const options = guessable(Buffer.from(secret, 'base64url').byteLength, alg)
    const { keys } = readJwkSet(set, [alg], options)
    return keys.length === 1 && kid === undefined ? keys[0] : keys.find((key) => key.kid === kid)
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

describeVectors('Wycheproof JSON Web Keys', (read) => {
  const file = read.json('wycheproof/testvectors_v1/json_web_key_test.json') as KeyFile
  const cases = file.testGroups.flatMap((group) => group.tests.map((test) => ({ group, test })))

  it('the cases of Wycheproof JSON Web Keys are 26', () => {
    expect(cases.length).toBe(26)
    expect(file.numberOfTests).toBe(26)
  })

  it.each(
    cases.map(({ group, test }) => ({
      ...test,
      set: group.public ?? group.private,
      name: group.comment,
    })),
  )('$tcId: $name is $result', ({ set, jws, result }) => {
    expect(verifies(set, jws)).toBe(result === 'valid')
  })

  it('the cases hold one secret that counts from 0, which is refused by default', () => {
    const refused = cases.filter(({ group, test }) => {
      const isUsable =
        test.result === 'valid' && pick(group.public ?? group.private, 'HS256', undefined)
      return isUsable && readJwkSet(group.private, ['HS256']).keys.length === 0
    })
    expect(refused.map(({ test }) => test.tcId)).toEqual([13])
  })
})
