import { afterAll, describe, expect, test } from 'vitest'
import { algorithmNames, type Algorithm } from '../../../src/key/algorithms.js'
import { createVerifier, signCompact } from '../../../src/token/index.js'
import { pairFor } from '../../key/pairs.js'

/** All changes are tried for these; for the others, which share their code or are slow, one in so many. */
const strides: Partial<Record<Algorithm, number>> = { HS256: 1, RS256: 1, ES256: 1, EdDSA: 1 }
const slowStrides: Partial<Record<Algorithm, number>> = { ES384: 101, ES512: 151, Ed448: 41 }
const usualStride = 11
/** The long form tries all of them. */
const isLong = process.env['FUZZ_RUNS'] !== undefined

describe('no token with one byte substituted, deleted or inserted is accepted', () => {
  const tried: Record<string, number> = {}
  afterAll(() => {
    console.log('single-byte changes tried, none accepted:', JSON.stringify(tried))
  })

  test.each(algorithmNames)('%s', { timeout: isLong ? 3_600_000 : 120_000 }, async (alg) => {
    const { signing, verifying } = pairFor(alg)
    const verify = createVerifier({
      keys: verifying,
      algorithms: [alg],
      issuer: null,
      audience: null,
      now: () => 1,
    })
    const token = await signCompact(Buffer.from('{"exp":9}'), signing, { kid: undefined })
    await expect(verify(token)).resolves.toMatchObject({ claims: { exp: 9 } })

    const stride = isLong ? 1 : (strides[alg] ?? slowStrides[alg] ?? usualStride)
    let count = 0
    const accepted: string[] = []
    for (const text of changes(token)) {
      if (text === token || count++ % stride !== 0) continue
      tried[alg] = (tried[alg] ?? 0) + 1
      await verify(text).then(
        () => accepted.push(text),
        () => undefined,
      )
    }
    expect(accepted).toEqual([])
    expect(tried[alg]).toBeGreaterThan((token.length * 511) / stride)
  })
})

/** Every text that differs from this one in one byte. */
function* changes(token: string): Generator<string> {
  for (let at = 0; at <= token.length; at++) {
    const before = token.slice(0, at)
    yield before + token.slice(at + 1)
    for (let code = 0; code < 256; code++) {
      const byte = String.fromCharCode(code)
      if (at < token.length) yield before + byte + token.slice(at + 1)
      yield before + byte + token.slice(at)
    }
  }
}
