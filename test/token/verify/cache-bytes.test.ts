import { describe, expect, test } from 'vitest'
import { type ClaimsSchema, createSigner, createVerifier } from '../../../src/token/index.js'
import { pairFor } from '../../key/pairs.js'

const { signing, verifying } = pairFor('EdDSA')
const bytes = 150_000
const small = { entries: 64, bytes }
/** So many slots that a dozen tokens never want the same one: the slot of a token depends on its signature. */
const roomy = { entries: 65_536, bytes: 40_000_000 }

/** Verifies twelve tokens and then, newest first, again; returns how many of them were still in the cache. */
async function countKept(
  claims: object,
  schema?: ClaimsSchema<unknown>,
  cache = small,
): Promise<number> {
  const options = { issuer: 'i', audience: 'a' }
  const sign = createSigner({ key: signing, ...options, expiresIn: 600 })
  const verify = createVerifier({
    ...{ keys: verifying, algorithms: ['EdDSA'], ...options, cache },
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

describe('a valid token stays valid, whatever its schema makes of it', () => {
  test('two hundred thousand items, which are too many to keep', async () => {
    const table = Array.from({ length: 200_000 }, () => 0)
    expect(await countKept({}, () => ({ table }))).toBe(0)
  })

  test('an object that contains itself, which is kept like any other', async () => {
    const kept = await countKept(
      {},
      () => {
        const claims: Record<string, unknown> = { sub: 'u' }
        return Object.assign(claims, { self: claims })
      },
      roomy,
    )
    expect(kept).toBe(12)
  })

  test('an object that reads a database when it is looked at, which it is not', async () => {
    const kept = await countKept(
      {},
      () => ({
        get orders(): never {
          throw new Error('read')
        },
      }),
      roomy,
    )
    expect(kept).toBe(12)
  })
})
