import { describe, expect, test } from 'vitest'
import { type ClaimsSchema, createSigner, createVerifier } from '../../../src/token/index.js'
import { pairFor } from '../../key/pairs.js'

const { signing, verifying } = pairFor('EdDSA')
const bytes = 150_000

/** Verifies so many tokens and then, newest first, again; returns how many of them were still in the cache. */
async function countKept(claims: object, schema?: ClaimsSchema<unknown>): Promise<number> {
  const options = { issuer: 'i', audience: 'a' }
  const sign = createSigner({ key: signing, ...options, expiresIn: 600 })
  const verify = createVerifier({
    ...{ keys: verifying, algorithms: ['EdDSA'], ...options, cache: { entries: 64, bytes } },
    ...(schema ? { claims: schema } : {}),
  })
  const tokens = await Promise.all(Array.from({ length: 12 }, (_, n) => sign({ ...claims, n })))
  for (const token of [...tokens, ...tokens.toReversed()]) await verify(token)
  return verify.cacheUse()?.hits ?? 0
}

describe('the bytes of a cache count what claims take in memory', () => {
  const parts = 500
  // Bytes that V8 takes for one part, at least.
  const shapes: Readonly<Record<string, readonly [least: number, part: () => unknown]>> = {
    'empty arrays': [40, () => []],
    'empty objects': [56, () => ({})],
    'small objects': [56, () => ({ a: 1 })],
  }
  test.each(Object.entries(shapes))('claims with many %s are counted', async (_, [least, part]) => {
    const kept = await countKept({ list: Array.from({ length: parts }, part) })
    expect(kept).toBeGreaterThan(0)
    expect(kept * parts * least).toBeLessThan(bytes)
  })

  test('claims that a schema made are counted', async () => {
    const kept = await countKept({}, () => ({ text: 'x'.repeat(50_000) }))
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThanOrEqual(2)
  })
})
