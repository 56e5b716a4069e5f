import { generateKeyPairSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthError } from '../../../src/foundation/errors.js'
import { privateKey, verificationKey } from '../../../src/key/index.js'
import {
  type CheckReport,
  createSigner,
  createVerifier,
  type Verifier,
} from '../../../src/token/index.js'
import {
  audience,
  forge,
  goodClaims,
  issuer,
  key,
  mac,
  now,
  secret,
  verifierWith,
  withClaims,
  withHeader,
} from './forge.js'
import { mutations } from './mutations.js'

const verify = verifierWith()

function verdicts(checks: readonly CheckReport[]): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]))
}

describe('explain names every check in the order of the path', () => {
  const common = ['alg', 'header members', 'kid', 'typ', 'cty', 'key', 'signature']
  const claims = [
    'claim types',
    'required claims',
    'iss',
    'aud',
    'exp',
    'nbf',
    'iat',
    'maxTokenAge',
    'claims schema',
  ]

  test('for a good token all of them pass', async () => {
    const { ok, code, checks } = await verify.explain(forge())
    expect({ ok, code }).toEqual({ ok: true, code: undefined })
    expect(checks.map(({ name }) => name)).toEqual([
      'length',
      'shape',
      'header',
      ...common,
      'payload',
      ...claims,
    ])
    expect(checks.every(({ verdict }) => verdict === 'pass')).toBe(true)
  })
  test('with several issuers the payload is read before one is picked', async () => {
    const several = createVerifier({
      issuers: { [issuer]: { keys: key, algorithms: ['HS256'], audience } },
      now: () => now,
    })
    const { ok, checks } = await several.explain(forge())
    expect(ok).toBe(true)
    expect(checks.map(({ name }) => name)).toEqual([
      'length',
      'shape',
      'header',
      'payload',
      'issuer',
      ...common,
      ...claims,
    ])
    const unknown = await several.explain(withClaims({ iss: 'x' }))
    expect(unknown).toMatchObject({ ok: false, code: 'ISSUER_MISMATCH' })
    expect(verdicts(unknown.checks)).toMatchObject({
      issuer: 'fail',
      alg: 'not reached',
      exp: 'not reached',
    })
  })
  test('each names where its rule stands, what would pass and what was found', async () => {
    const { checks } = await verify.explain(forge())
    for (const { rfc, expected, found } of checks) {
      expect(rfc).toMatch(/^(RFC \d+ section \d|none: )/)
      expect(expected).not.toBe('')
      expect(found).not.toBe('')
    }
    expect(checks.find(({ name }) => name === 'exp')).toEqual({
      name: 'exp',
      verdict: 'pass',
      expected: `after ${String(now - 60)}`,
      found: String(goodClaims.exp),
      rfc: 'RFC 7519 section 4.1.4',
    })
  })
})

describe('explain goes on past a failed check', () => {
  test('a bad signature and an expired token are both reported', async () => {
    const [header = '', payload = ''] = withClaims({ exp: 1, aud: 'x' }).split('.')
    const { ok, code, checks } = await verify.explain(`${header}.${payload}.${mac('x')}`)
    expect({ ok, code }).toEqual({ ok: false, code: 'SIGNATURE_INVALID' })
    expect(verdicts(checks)).toMatchObject({
      signature: 'fail',
      payload: 'pass',
      iss: 'pass',
      aud: 'fail',
      exp: 'fail',
      'claims schema': 'not reached',
    })
  })
  test('a wrong typ leaves the signature to be looked at', async () => {
    const { code, checks } = await verify.explain(withHeader({ typ: 'x' }))
    expect(code).toBe('TYPE_MISMATCH')
    expect(verdicts(checks)).toMatchObject({ typ: 'fail', key: 'pass', signature: 'pass' })
  })
  test('a refused alg asks no key source', async () => {
    let asked = 0
    const keys = () => {
      asked++
      return key
    }
    const counting = createVerifier({ keys, algorithms: ['HS256'], issuer, audience })
    const { checks } = await counting.explain(withHeader({ alg: 'none' }))
    expect(verdicts(checks)).toMatchObject({
      alg: 'fail',
      key: 'not reached',
      signature: 'not reached',
      exp: 'fail',
    })
    expect(asked).toBe(0)
  })
  test('what is too long is not looked into', async () => {
    const { code, checks } = await verify.explain('x'.repeat(9000))
    expect(code).toBe('TOKEN_TOO_LARGE')
    expect(checks.slice(1).every(({ verdict }) => verdict === 'not reached')).toBe(true)
  })
  test('broken JSON is named by what is wrong with it', async () => {
    const { checks } = await verify.explain(forge({ payload: '{"a":1,"a":2}' }))
    expect(checks.find(({ name }) => name === 'payload')).toMatchObject({
      verdict: 'fail',
      found: 'duplicate',
    })
  })
  test('a schema that refuses names the claim', async () => {
    const picky = verifierWith({ claims: z.object({ role: z.string() }) })
    const { code, checks } = await picky.explain(forge())
    expect(code).toBe('CLAIMS_REFUSED')
    expect(checks.at(-1)).toMatchObject({ verdict: 'fail', claim: 'role' })
  })
  test('a key source that fails is reported as unavailable', async () => {
    const keys = () => Promise.reject(new Error('down'))
    const failing = createVerifier({
      keys,
      algorithms: ['HS256'],
      issuer,
      audience,
      now: () => now,
    })
    const { ok, code, checks } = await failing.explain(forge())
    expect({ ok, code }).toEqual({ ok: false, code: 'KEYS_UNAVAILABLE' })
    expect(verdicts(checks)).toMatchObject({ key: 'fail', signature: 'not reached', exp: 'pass' })
  })
})

test('explain says nothing about the signature or the key', async () => {
  const token = forge()
  const [header = '', payload = '', signature = ''] = token.split('.')
  for (const text of [token, `${header}.${payload}.${mac('x')}`]) {
    const said = JSON.stringify(await verify.explain(text))
    for (const hidden of [
      signature,
      mac('x'),
      secret.toString('base64url'),
      secret.toString('hex'),
    ]) {
      for (let at = 0; at + 8 <= hidden.length; at++) {
        expect(said).not.toContain(hidden.slice(at, at + 8))
      }
    }
  }
})

describe('explain agrees with verify', () => {
  const pair = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA')
  const verifiers: Record<string, Verifier<unknown>> = {
    'the usual verifier': verify,
    'one with every option': verifierWith({
      typ: 'JWT',
      maxTokenAge: 100,
      maxLength: 1000,
      requiredClaims: ['exp', 'sub'],
      bigints: true,
      claims: z.looseObject({ sub: z.string().max(10) }),
    }),
    'one with several issuers': createVerifier({
      issuers: {
        [issuer]: { keys: key, algorithms: ['HS256'], audience },
        'https://other': { keys: verificationKey(pair), algorithms: ['EdDSA'], audience: null },
      },
      now: () => now,
    }),
  }
  async function agree(verifier: Verifier<unknown>, token: string): Promise<string> {
    const { ok, code, checks } = await verifier.explain(token)
    let refusal: string | undefined
    try {
      await verifier(token)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      refusal = error.code
    }
    expect({ ok, code }).toEqual({ ok: refusal === undefined, code: refusal })
    expect(checks.find(({ verdict }) => verdict === 'fail')?.code).toBe(refusal)
    expect(ok).toBe(checks.every(({ verdict }) => verdict === 'pass'))
    return refusal ?? 'accepted'
  }
  test.each(Object.entries(verifiers))(
    '%s, on thousands of mutated tokens',
    async (_, verifier) => {
      const seen = new Map<string, number>()
      await fc.assert(
        fc.asyncProperty(mutations, async (mutation) => {
          const outcome = await agree(verifier, mutation.token)
          seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
        }),
        { numRuns: 3000 },
      )
      expect(seen.size).toBeGreaterThan(10)
      expect(seen.get('accepted')).toBeGreaterThan(50)
    },
  )
  test('on a token of a public-key algorithm', async () => {
    const sign = createSigner({
      key: pair,
      issuer: 'https://other',
      audience: null,
      expiresIn: 60,
      now: () => now,
    })
    const verifier = verifiers['one with several issuers']
    if (!verifier) throw new Error('missing')
    const token = await sign()
    expect(await agree(verifier, token)).toBe('accepted')
    for (let at = 0; at < token.length; at += 7) {
      const other = randomBytes(1).toString('base64url').charAt(0)
      await agree(verifier, token.slice(0, at) + other + token.slice(at + 1))
    }
  })
})
