import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { AuthError } from '../../../src/foundation/errors.js'
import { seed } from '../../setup/seed.js'
import { audience, forge, issuer, now, secret, verifierWith } from './forge.js'
import { modelVerify } from './model.js'
import { mutations } from './mutations.js'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 40_000)

const verify = verifierWith()
const policy = { secret, issuer, audience, now }

describe('the verifier and a model of the rules, written apart from it', () => {
  const seen: Record<string, number> = {}
  afterAll(() => {
    console.log(`model: ${String(numRuns)} runs, seed ${String(seed)}:`, JSON.stringify(seen))
  })

  test(
    `the verifier and a model of the rules agree on ${String(numRuns)} structured mutations`,
    { timeout: 0 },
    async () => {
      await fc.assert(
        fc.asyncProperty(mutations, async ({ token }) => {
          const expected = modelVerify(token, policy)
          let outcome = 'accepted'
          let claims: unknown
          try {
            ;({ claims } = await verify(token))
          } catch (error) {
            if (!(error instanceof AuthError)) throw error
            outcome = error.code
          }
          seen[outcome] = (seen[outcome] ?? 0) + 1
          if ((outcome === 'accepted') !== expected.accepted) {
            throw new Error(
              `the verifier says ${outcome}, the model accepted=${String(expected.accepted)}`,
            )
          }
          if (expected.accepted && JSON.stringify(claims) !== JSON.stringify(expected.claims)) {
            throw new Error('the claims differ')
          }
        }),
        { numRuns },
      )
      // A generator that only makes refusals, or only acceptances, would prove nothing.
      expect(seen['accepted']).toBeGreaterThan(numRuns * 0.05)
      expect(Object.keys(seen).length).toBeGreaterThanOrEqual(13)
    },
  )

  test('the model of the rules itself refuses an expired token, a wrong secret and a duplicate claim', () => {
    expect(modelVerify(forge(), policy).accepted).toBe(true)
    expect(modelVerify(forge(), { ...policy, now: now + 661 }).accepted).toBe(false)
    expect(modelVerify(forge(), { ...policy, secret: Buffer.alloc(32) }).accepted).toBe(false)
    expect(modelVerify(forge({ payload: '{"a":1,"a":1}' }), policy).accepted).toBe(false)
  })
})
