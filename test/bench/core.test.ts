import { createVerifier as fastVerifier } from 'fast-jwt'
import { beforeAll, describe, expect, test } from 'vitest'
import { bars, floor } from '../../bench/bars.mjs'
import { compare, toRows } from '../../bench/report.mjs'
import type { Measurement } from '../../bench/suite.mjs'
import { proveRefusals, verifyingLibraries } from '../../bench/suites/core/contenders.mjs'
import { algorithms, makeMaterial } from '../../bench/suites/core/material.mjs'
import { makeTokens } from '../../bench/suites/core/tokens.mjs'
import { suites } from '../../bench/suites/table.mjs'

const context = {
  quick: true,
  tokens: 20,
  effort: { rounds: 3, sliceMs: 0.2, warmMs: 1 },
  progress: () => undefined,
}

describe('the core suite of the benchmark', () => {
  let measurements: readonly Measurement[] = []

  beforeAll(async () => {
    measurements = (await suites['core']?.(context)) ?? []
  })

  test('the core suite measures everything that a bar speaks of', () => {
    const comparisons = measurements.flatMap((each) => compare(each, { nodeMajor: 20 }))
    const own = bars.filter(
      ({ name }) => !/^(api|audit|http|revocation|service|sessions): /.test(name),
    )
    expect(comparisons.filter(({ bar }) => bar !== undefined)).toHaveLength(own.length)
    for (const row of toRows(comparisons)) {
      expect(Object.keys(row)).toEqual(['suite', 'name', 'ratio', 'unit', 'versus'])
      expect(row.ratio).toBeGreaterThan(0)
    }
  })

  test.each([
    ['HS256', ['jotgate', 'fast-jwt', 'jsonwebtoken', 'jose', 'jsonwebtoken (text)']],
    ['RS256', ['jotgate', 'fast-jwt', 'jsonwebtoken', 'jose', 'jsonwebtoken (text)']],
    ['ES256', ['jotgate', 'fast-jwt', 'jsonwebtoken', 'jose', 'jsonwebtoken (text)']],
    ['EdDSA', ['jotgate', 'fast-jwt', 'jose']],
  ])('the core suite compares %s with every library that has it', async (alg, names) => {
    const material = makeMaterial(alg)
    if (!material) throw new Error('an algorithm of every runtime is missing')
    const libraries = await verifyingLibraries(material)
    expect(libraries.map(({ name }) => name)).toEqual(names)
  })

  test('the core suite refuses to measure a library that accepts what it should not', async () => {
    const material = makeMaterial('HS256')
    if (!material) throw new Error('an algorithm of every runtime is missing')
    const blind = fastVerifier({ key: material.publicKey.export(), algorithms: ['HS256'] })
    const libraries = {
      'accepts a token with a bad signature': () => ({ exp: 1 }),
      'accepts a token with another issuer': blind,
    }
    for (const [problem, verify] of Object.entries(libraries)) {
      const exp = () => 1
      const library = { name: 'careless', isAsync: false, verify, exp }
      await expect(proveRefusals(library, material)).rejects.toThrow(`careless ${problem}`)
    }
  })

  test('the core suite makes tokens that differ, and new strings of them each time', () => {
    const material = makeMaterial('ES256')
    if (!material) throw new Error('an algorithm of every runtime is missing')
    const tokens = makeTokens(material, 50)
    expect(new Set(Array.from({ length: 50 }, (_, index) => tokens.at(index))).size).toBe(50)
    expect(tokens.at(53)).toBe(tokens.at(3))
    expect(tokens.badAt(3)).not.toBe(tokens.at(3))
    expect(tokens.badAt(3)).toHaveLength(tokens.at(3).length)
  })

  test('the core suite has the algorithms of the library, and the bare call for each', () => {
    expect(algorithms).toContain('ML-DSA-65')
    const there = algorithms.flatMap((alg) => makeMaterial(alg) ?? [])
    expect(there.length).toBeGreaterThanOrEqual(16)
    for (const { sign, verify } of there) {
      const data = Buffer.from('data')
      expect(verify(data, sign(data))).toBe(true)
    }
    expect(floor).toBe('node:crypto')
  })
})
