import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { hmacKey, type Key, privateKey, verificationKey } from '../../../src/key/index.js'
import { createSigner, createVerifier } from '../../../src/token/index.js'
import { now, verdict } from './forge.js'

const keyA = privateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256', {
  kid: 'same',
})
const keyB = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA', { kid: 'same' })
const keyC = hmacKey(randomBytes(32), 'HS256')

const several = createVerifier({
  issuers: {
    'https://a': { keys: verificationKey(keyA), algorithms: ['ES256'], audience: 'for-a' },
    'https://b': { keys: verificationKey(keyB), algorithms: ['EdDSA'], audience: null },
    'https://c': { keys: keyC, algorithms: ['HS256'], audience: ['x', 'for-c'] },
  },
  now: () => now,
})

function signAs(key: Key, issuer: string | null, audience: string | null): Promise<string> {
  return createSigner({ key, issuer, audience, expiresIn: 60, now: () => now })({ sub: 'u1' })
}

describe('several issuers, each with its own keys, algorithms and audience', () => {
  test('a token is accepted by the entry of its issuer', async () => {
    expect(await verdict(several, await signAs(keyA, 'https://a', 'for-a'))).toBe('accepted')
    expect(await verdict(several, await signAs(keyB, 'https://b', null))).toBe('accepted')
    expect(await verdict(several, await signAs(keyC, 'https://c', 'for-c'))).toBe('accepted')
  })
  test('a token with an algorithm of another issuer is refused', async () => {
    const token = await signAs(keyB, 'https://a', 'for-a')
    expect(await verdict(several, token)).toBe('ALGORITHM_REFUSED')
  })
  test('a token with an audience of another issuer is refused', async () => {
    const token = await signAs(keyA, 'https://a', 'for-c')
    expect(await verdict(several, token)).toBe('AUDIENCE_MISMATCH')
  })
  test.each(['https://a/', 'HTTPS://A', 'https://', '__proto__', 'toString', 'constructor'])(
    'the issuer %s is not in the list',
    async (issuer) => {
      expect(await verdict(several, await signAs(keyA, issuer, 'for-a'))).toBe('ISSUER_MISMATCH')
    },
  )
  test('a token without iss is refused', async () => {
    expect(await verdict(several, await signAs(keyA, null, 'for-a'))).toBe('CLAIM_MISSING')
  })
  test('keys are never searched across issuers: no other source is asked', async () => {
    const asked: string[] = []
    const source = (name: string, key: Key) => ({
      find: () => {
        asked.push(name)
        return key
      },
      version: () => 0,
    })
    const verify = createVerifier({
      issuers: {
        a: { keys: source('a', verificationKey(keyA)), algorithms: ['ES256'], audience: null },
        b: { keys: source('b', verificationKey(keyB)), algorithms: ['EdDSA'], audience: null },
      },
      now: () => now,
    })
    await verdict(verify, await signAs(keyA, 'a', null))
    await verdict(verify, await signAs(keyA, 'unknown', null))
    expect(asked).toEqual(['a'])
  })
})

describe('the options of several issuers', () => {
  const entry = { keys: keyC, algorithms: ['HS256'], audience: null }
  test.each([
    ['no issuer at all', { issuers: {} }],
    ['an unknown option inside', { issuers: { a: { ...entry, issuer: 'a' } } }],
    ['a key beside them', { issuers: { a: entry }, keys: keyC }],
    ['an audience beside them', { issuers: { a: entry }, audience: 'x' }],
    ['an issuer beside them', { issuers: { a: entry }, issuer: 'a' }],
    ['no audience inside', { issuers: { a: { keys: keyC, algorithms: ['HS256'] } } }],
    ['mixed algorithms inside', { issuers: { a: { ...entry, algorithms: ['HS256', 'RS256'] } } }],
    ['nothing inside', { issuers: { a: null } }],
  ])('the issuers option %s is a ConfigError', (_, options) => {
    expect(() => createVerifier(options as never)).toThrow(ConfigError)
  })
})
