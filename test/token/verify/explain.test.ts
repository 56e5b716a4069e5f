import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CheckReport, createVerifier } from '../../../src/token/index.js'
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

  test('every check passes for a valid token', async () => {
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
    const broken = await several.explain(forge({ payload: '[]' }))
    expect(broken.checks.map(({ name }) => name)).toEqual(checks.map(({ name }) => name))
    expect(verdicts(broken.checks)).toMatchObject({ payload: 'fail', issuer: 'not reached' })
    const unknown = await several.explain(withClaims({ iss: 'x' }))
    expect(unknown).toMatchObject({ ok: false, code: 'ISSUER_MISMATCH' })
    expect(verdicts(unknown.checks)).toMatchObject({
      issuer: 'fail',
      alg: 'not reached',
      exp: 'not reached',
    })
  })
  test('every check names its rule, what would pass and what was found', async () => {
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
  test('the signature is still checked after a wrong typ', async () => {
    const { code, checks } = await verify.explain(withHeader({ typ: 'x' }))
    expect(code).toBe('TYPE_MISMATCH')
    expect(verdicts(checks)).toMatchObject({ typ: 'fail', key: 'pass', signature: 'pass' })
  })
  test('the key source is not asked for a refused alg', async () => {
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
  test('a token that is too long is not looked into', async () => {
    const { code, checks } = await verify.explain('x'.repeat(9000))
    expect(code).toBe('TOKEN_TOO_LARGE')
    expect(checks.slice(1).every(({ verdict }) => verdict === 'not reached')).toBe(true)
  })
  test('the report of broken JSON says what is wrong with it', async () => {
    const { checks } = await verify.explain(forge({ payload: '{"a":1,"a":2}' }))
    expect(checks.find(({ name }) => name === 'payload')).toMatchObject({
      verdict: 'fail',
      found: 'duplicate',
    })
  })
  test('the report of a schema that refuses names the claim', async () => {
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

test('explain discloses nothing of the signature or the key', async () => {
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
