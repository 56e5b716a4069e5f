import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { privateKey, verificationKey } from '../../../src/key/index.js'
import { createSigner, createVerifier, decodeToken } from '../../../src/token/index.js'
import {
  goodClaims,
  audience,
  forge,
  issuer,
  key,
  verdict,
  verifierWith,
  withClaims,
} from './forge.js'

const verify = verifierWith()

describe('iss', () => {
  const other = [
    `${issuer}/`,
    `${issuer} `,
    issuer.slice(0, -1),
    issuer.toUpperCase(),
    `https://evil.example/${issuer}`,
    'https://issuer.example.evil.example',
    'https://issuer.exampl\u0435',
  ]
  test.each(other)('a token whose iss is %s has another issuer', async (iss) => {
    expect(await verdict(verify, withClaims({ iss }))).toBe('ISSUER_MISMATCH')
  })
  test.each([[[issuer]], [{ [issuer]: 1 }], [1], [null], [true], ['']])(
    'an iss of %j is invalid',
    async (iss) => {
      expect(await verdict(verify, withClaims({ iss }))).toBe('CLAIM_INVALID')
    },
  )
  test('a token without iss is refused', async () => {
    expect(await verdict(verify, withClaims({ iss: undefined }))).toBe('CLAIM_MISSING')
  })
})

test('a key verifies only tokens of its own issuer', async () => {
  const other = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA', { kid: 'same' })
  const mine = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA', { kid: 'same' })
  const tenants = createVerifier({
    issuers: {
      'https://a': { keys: verificationKey(mine), algorithms: ['EdDSA'], audience },
      'https://b': { keys: verificationKey(other), algorithms: ['EdDSA'], audience },
    },
  })
  const signAs = (signing: typeof mine, iss: string) =>
    createSigner({ key: signing, issuer: iss, audience, expiresIn: 60 })()
  expect(await verdict(tenants, await signAs(mine, 'https://a'))).toBe('accepted')
  expect(await verdict(tenants, await signAs(other, 'https://b'))).toBe('accepted')
  expect(await verdict(tenants, await signAs(mine, 'https://b'))).toBe('SIGNATURE_INVALID')
  expect(await verdict(tenants, await signAs(mine, 'https://c'))).toBe('ISSUER_MISMATCH')
})

describe('aud', () => {
  test.each([['api'], [['api']], [['other', 'api']]])(
    'an aud of %j names the audience "api"',
    async (aud) => {
      expect(await verdict(verify, withClaims({ aud }))).toBe('accepted')
    },
  )
  test.each([['ap'], ['apis'], ['API'], [' api'], ['api other'], [['other']], [['other', 'ap']]])(
    'an aud of %j does not name the audience "api"',
    async (aud) => {
      expect(await verdict(verify, withClaims({ aud }))).toBe('AUDIENCE_MISMATCH')
    },
  )
  test.each([
    [[]],
    [''],
    [1],
    [null],
    [true],
    [{ 0: 'api' }],
    [['api', 1]],
    [['api', '']],
    [[['api']]],
  ])('an aud of %j is invalid', async (aud) => {
    expect(await verdict(verify, withClaims({ aud }))).toBe('CLAIM_INVALID')
  })
  test('a token without aud is refused', async () => {
    expect(await verdict(verify, withClaims({ aud: undefined }))).toBe('CLAIM_MISSING')
  })
})

describe('the audience of a signer', () => {
  test('a signer without the option audience is a ConfigError', () => {
    const options = { key, issuer, expiresIn: 60 }
    expect(() => createSigner(options as never)).toThrow(ConfigError)
  })
  test('a signer with audience null signs tokens without aud', async () => {
    const token = await createSigner({ key, issuer, audience: null, expiresIn: 60 })()
    expect(decodeToken(token).unverifiedClaims).not.toHaveProperty('aud')
  })
})

describe('the required claims of an access token (RFC 9068)', () => {
  const profile = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']
  const full: Record<string, unknown> = { ...goodClaims, client_id: 'web', jti: 'abc' }
  const strict = verifierWith({ requiredClaims: profile })
  test('a token with every required claim is accepted', async () => {
    expect(await verdict(strict, forge({ payload: full }))).toBe('accepted')
  })
  test.each(profile)('a token without the required claim %s is refused', async (name) => {
    const token = forge({ payload: { ...full, [name]: undefined } })
    expect(await verdict(strict, token)).toBe('CLAIM_MISSING')
  })
})

describe('sub', () => {
  test.each([1, null, true, [], ['u1'], {}, ''])('a sub of %j is invalid', async (sub) => {
    expect(await verdict(verify, withClaims({ sub }))).toBe('CLAIM_INVALID')
  })
  test('a sub of 1024 characters is accepted, and a longer one is not', async () => {
    expect(await verdict(verify, withClaims({ sub: 'x'.repeat(1024) }))).toBe('accepted')
    expect(await verdict(verify, withClaims({ sub: 'x'.repeat(1025) }))).toBe('CLAIM_TOO_LONG')
  })
})

test('every signed token has a jti of 128 random bits', async () => {
  const sign = createSigner({ key, issuer, audience, expiresIn: 60 })
  const ids = new Set<unknown>()
  for (let i = 0; i < 1000; i++) {
    const { jti } = decodeToken(await sign()).unverifiedClaims
    expect(Buffer.from(String(jti), 'base64url')).toHaveLength(16)
    ids.add(jti)
  }
  expect(ids.size).toBe(1000)
})
