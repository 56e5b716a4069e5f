import { generateKeyPairSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthError } from '../../../src/foundation/errors.js'
import { privateKey, verificationKey } from '../../../src/key/index.js'
import {
  createSigner,
  createVerifier,
  type CommonOptions,
  type Verifier,
} from '../../../src/token/index.js'
import {
  audience,
  forge,
  goodClaims,
  goodHeader,
  issuer,
  key,
  now,
  secret,
  verifierWith,
} from './forge.js'
import { mutations } from './mutations.js'

/**
 * `verify` is the list of `src/token/steps.ts` written out, `explain` walks the list itself. These tests prove that it
 * is one list: a step that `verify` left out, added or moved would give some token below another verdict.
 */

/** The verdict on one token: by which check, code and claim it is refused. */
interface Verdict {
  readonly check: string
  readonly refusal: { readonly code: string; readonly claim?: string } | undefined
}

/** The verdict of `explain`, after comparing it with that of `verify`. */
async function agreedVerdict(verifier: Verifier<unknown>, token: string): Promise<Verdict> {
  const { ok, code, checks } = await verifier.explain(token)
  const refusal = await refusalOf(verifier, token)
  const failed = checks.find(({ verdict }) => verdict === 'fail')
  expect(failed && { code: failed.code, claim: failed.claim }).toEqual(refusal)
  expect(code).toBe(refusal?.code)
  expect(ok).toBe(refusal === undefined)
  expect(ok).toBe(checks.every(({ verdict }) => verdict === 'pass'))
  return { check: failed?.name ?? 'accepted', refusal }
}

async function refusalOf(verifier: Verifier<unknown>, token: string): Promise<Verdict['refusal']> {
  try {
    await verifier(token)
    return undefined
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { code, claim } = error
    return claim === undefined ? { code } : { code, claim }
  }
}

/** A token before it is signed and spelt. */
interface Draft {
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  readonly payload?: string
  readonly secret: Uint8Array
  readonly tail: string
}

const good: Draft = {
  header: goodHeader,
  claims: { ...goodClaims, jti: 'j1', role: 'admin' },
  secret,
  tail: '',
}
const header = (members: Record<string, unknown>) => (draft: Draft) => ({
  ...draft,
  header: { ...draft.header, ...members },
})
const claims = (members: Record<string, unknown>) => (draft: Draft) => ({
  ...draft,
  claims: { ...draft.claims, ...members },
})

/** For each check, in order, the change of a good token that this check refuses. */
const faults: readonly (readonly [string, (draft: Draft) => Draft])[] = [
  ['length', claims({ padding: 'x'.repeat(1000) })],
  ['shape', (draft) => ({ ...draft, tail: '.' })],
  ['header', header({ typ: 1 })],
  ['alg', header({ alg: 'HS384' })],
  ['header members', header({ crit: ['exp'] })],
  ['kid', header({ kid: 'x'.repeat(257) })],
  ['typ', header({ typ: 'rt+jwt' })],
  ['cty', header({ cty: 'JWT' })],
  ['key', header({ kid: 'unknown' })],
  ['signature', (draft) => ({ ...draft, secret: randomBytes(32) })],
  ['payload', (draft) => ({ ...draft, payload: '{"a":1,"a":2}' })],
  ['claim types', claims({ sub: 1 })],
  ['required claims', claims({ jti: undefined })],
  ['iss', claims({ iss: 'https://other' })],
  ['aud', claims({ aud: 'other' })],
  ['exp', claims({ exp: now - 100 })],
  ['nbf', claims({ nbf: now + 100 })],
  ['iat', claims({ iat: now + 100 })],
  ['maxTokenAge', claims({ iat: now - 1000 })],
  ['claims schema', claims({ role: 'guest' })],
]

function written({ header, claims, payload, secret, tail }: Draft): string {
  return forge({ header, payload: payload ?? claims, secret }) + tail
}

const everyOption: CommonOptions<unknown> = {
  typ: 'JWT',
  maxTokenAge: 100,
  maxLength: 1000,
  requiredClaims: ['exp', 'jti'],
  claims: z.looseObject({ role: z.literal('admin') }),
  now: () => now,
}
const keys = ({ kid }: { readonly kid?: string }) => (kid === 'unknown' ? undefined : key)
const trusted = { keys, algorithms: ['HS256'], audience } as const

describe('verify stops at the first check that fails in the list that explain walks', () => {
  const one = createVerifier({ ...everyOption, ...trusted, issuer })
  const several = createVerifier({ ...everyOption, issuers: { [issuer]: trusted } })
  const asked = createVerifier({
    ...everyOption,
    issuers: (name) => Promise.resolve(name === issuer ? trusted : undefined),
  })
  const byName = [
    ['several issuers', several],
    ['issuers that a function knows', asked],
  ] as const

  test('there is a fault for every check of the list, with one issuer', async () => {
    const { ok, checks } = await one.explain(written(good))
    expect(ok).toBe(true)
    expect(checks.map(({ name }) => name)).toEqual(faults.map(([name]) => name))
  })
  test.each(faults)(
    'a token with a fault in %s is refused by that check, with one issuer',
    async (name, spoil) => {
      expect(await agreedVerdict(one, written(good))).toEqual({ check: 'accepted' })
      expect((await agreedVerdict(one, written(spoil(good)))).check).toBe(name)
    },
  )
  test('a token with any two faults is refused alike by verify and explain, with one issuer', async () => {
    const names = faults.map(([name]) => name)
    let first = 0
    for (const [i, [earlier, spoil]] of faults.entries()) {
      for (const [, spoilToo] of faults.slice(i + 1)) {
        const { check } = await agreedVerdict(one, written(spoilToo(spoil(good))))
        expect(names).toContain(check)
        if (check === earlier) first++
      }
    }
    // The others are pairs of which the second fault undoes the first: two values of one member.
    expect(first).toBeGreaterThan(170)
  })
  describe.each(byName)('with %s', (_, verifier) => {
    test('there is a fault for every check of the list of several issuers', async () => {
      const { checks } = await verifier.explain(written(good))
      const names = [...faults.map(([name]) => name), 'issuer']
      expect(checks.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    })
    test.each(faults)(
      'a token with a fault in %s is refused by that check, though iss chooses the issuer',
      async (name, spoil) => {
        // An unknown `iss` picks no issuer, so that the check of the claim cannot fail after it.
        const decisive = name === 'iss' ? 'issuer' : name
        expect((await agreedVerdict(verifier, written(spoil(good)))).check).toBe(decisive)
      },
    )
    test('a token with any two faults is refused alike by verify and explain of several issuers', async () => {
      const checks = new Set<string>()
      for (const [i, [, spoil]] of faults.entries()) {
        for (const [, spoilToo] of faults.slice(i + 1)) {
          checks.add((await agreedVerdict(verifier, written(spoilToo(spoil(good))))).check)
        }
      }
      expect(checks.size).toBeGreaterThan(15)
    })
  })
})

describe('verify and explain agree', () => {
  const pair = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA')
  const several = createVerifier({
    issuers: {
      [issuer]: { keys: key, algorithms: ['HS256'], audience },
      'https://other': { keys: verificationKey(pair), algorithms: ['EdDSA'], audience: null },
    },
    now: () => now,
  })
  const verifiers: Record<string, Verifier<unknown>> = {
    'the usual verifier': verifierWith(),
    'one with every option': verifierWith({
      typ: 'JWT',
      maxTokenAge: 100,
      maxLength: 1000,
      requiredClaims: ['exp', 'sub'],
      bigints: true,
      claims: z.looseObject({ sub: z.string().max(10) }),
    }),
    'one with several issuers': several,
    'one with issuers that a function knows': createVerifier({
      issuers: (name) =>
        name === issuer ? { keys: key, algorithms: ['HS256'], audience } : undefined,
      lookups: { perMinute: 1_000_000 },
      now: () => now,
    }),
  }
  test.each(Object.entries(verifiers))(
    'verify and explain agree for %s on thousands of mutated tokens',
    async (_, verifier) => {
      const seen = new Map<string, number>()
      await fc.assert(
        fc.asyncProperty(mutations, async ({ token }) => {
          const { refusal } = await agreedVerdict(verifier, token)
          const outcome = refusal?.code ?? 'accepted'
          seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
        }),
        { numRuns: 3000 },
      )
      expect(seen.size).toBeGreaterThan(10)
      expect(seen.get('accepted')).toBeGreaterThan(50)
    },
  )
  test('verify and explain agree on a public-key token with any character changed', async () => {
    const sign = createSigner({
      key: pair,
      issuer: 'https://other',
      audience: null,
      expiresIn: 60,
      now: () => now,
    })
    const token = await sign()
    expect((await agreedVerdict(several, token)).check).toBe('accepted')
    for (let at = 0; at < token.length; at += 7) {
      const other = randomBytes(1).toString('base64url').charAt(0)
      await agreedVerdict(several, token.slice(0, at) + other + token.slice(at + 1))
    }
  })
})
