import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { hmacKey, type Key } from '../../src/key/index.js'
import { decodeToken, signCompact, verifyCompact } from '../../src/token/index.js'
import { pairFor } from '../key/pairs.js'
import { forge } from './verify/forge.js'

const secret = randomBytes(32)
const key = hmacKey(secret, 'HS256', { kid: 'one' })
const other = hmacKey(randomBytes(32), 'HS256', { kid: 'two' })
const ed = pairFor('EdDSA')

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
  return 'accepted'
}

describe('signCompact and verifyCompact', () => {
  test.each([Buffer.alloc(0), Buffer.from([0, 255, 128]), Buffer.from('text'), randomBytes(3000)])(
    'signCompact and verifyCompact carry any bytes (%#)',
    async (payload) => {
      const verified = verifyCompact(await signCompact(payload, key), key)
      expect(Buffer.from(verified.payload)).toEqual(payload)
      expect(verified.header).toEqual({ alg: 'HS256', kid: 'one' })
    },
  )
  test('signCompact and verifyCompact work on bytes inside a larger buffer', async () => {
    const bytes = new Uint8Array(Buffer.from('before text after').buffer.slice(0)).subarray(0, 6)
    const { payload } = verifyCompact(await signCompact(bytes, key), key)
    expect(Buffer.from(payload)).toEqual(Buffer.from(bytes))
  })
  test('verifyCompact chooses among several keys by kid and alg', async () => {
    const keys = [other, key, ed.verifying]
    for (const signing of [key, other, ed.signing]) {
      const jws = await signCompact(Buffer.from('x'), signing)
      expect(verifyCompact(jws, keys).header.kid).toBe(signing.kid)
    }
  })
  test('verifyCompact finds no key among several for an unknown kid or without kid', async () => {
    const jws = await signCompact(Buffer.from('x'), key, { kid: 'three' })
    expect(refusal(() => verifyCompact(jws, [key, other]))).toBe('KEY_UNKNOWN')
    const bare = await signCompact(Buffer.from('x'), hmacKey(secret, 'HS256'))
    expect(decodeHeader(bare)).toEqual({ alg: 'HS256' })
    expect(refusal(() => verifyCompact(bare, [key, other]))).toBe('KEY_UNKNOWN')
    expect(refusal(() => verifyCompact(bare, key))).toBe('accepted')
  })
  test('verifyCompact never uses the key of a kid for another algorithm', async () => {
    const jws = await signCompact(Buffer.from('x'), key, { kid: ed.verifying.kid })
    expect(refusal(() => verifyCompact(jws, [key, ed.verifying]))).toBe('KEY_UNKNOWN')
    expect(refusal(() => verifyCompact(jws, ed.verifying))).toBe('ALGORITHM_REFUSED')
  })
  test('verifyCompact refuses the signature of another key, and every header that verify refuses', async () => {
    const jws = await signCompact(Buffer.from('x'), key)
    expect(refusal(() => verifyCompact(jws, other))).toBe('SIGNATURE_INVALID')
    for (const name of ['crit', 'b64', 'enc', 'zip']) {
      const header = { alg: 'HS256', kid: 'one', [name]: ['x'] }
      const bad = forge({ header, payload: 'x', secret })
      expect(refusal(() => verifyCompact(bad, key))).toBe('HEADER_REFUSED')
    }
  })
  test('verifyCompact ignores typ and cty, because the caller knows what the payload is', async () => {
    const jws = await signCompact(Buffer.from('x'), key, { typ: 'receipt', cty: 'text/plain' })
    expect(verifyCompact(jws, key).header).toMatchObject({ typ: 'receipt', cty: 'text/plain' })
  })
  test('verifyCompact freezes the header', async () => {
    const { header } = verifyCompact(await signCompact(Buffer.from('x'), key, { a: { b: 1 } }), key)
    expect(Object.isFrozen(header) && Object.isFrozen(header['a'])).toBe(true)
  })
  test('verifyCompact refuses anything but a compact JWS', () => {
    for (const text of ['', '.', '..', 'a.b', undefined, null, 1, {}]) {
      expect(refusal(() => verifyCompact(text as string, key))).toBe('TOKEN_MALFORMED')
    }
    expect(refusal(() => verifyCompact('a'.repeat(16_385), key))).toBe('TOKEN_TOO_LARGE')
  })
  test('signCompact and verifyCompact report wrong keys as ConfigError', async () => {
    const jws = await signCompact(Buffer.from('x'), key)
    await expect(signCompact(Buffer.from('x'), ed.verifying)).rejects.toThrow(ConfigError)
    await expect(signCompact(Buffer.from('x'), 'key' as never)).rejects.toThrow(ConfigError)
    await expect(signCompact(Buffer.from('x'), key, { alg: 'none' })).rejects.toThrow(ConfigError)
    for (const keys of ['key', {}, null, [], ['key'], [key, null]]) {
      expect(() => verifyCompact(jws, keys as never as Key)).toThrow(ConfigError)
    }
    expect(() => verifyCompact(jws, ed.signing)).toThrow(ConfigError)
  })
})

describe('signCompact signs no header that verifyCompact refuses or that JSON would change', () => {
  test.each([
    ['crit', { crit: ['b64'], b64: false }],
    ['b64', { b64: false }],
    ['enc', { enc: 'A128GCM' }],
    ['jku', { jku: 'https://keys.example' }],
    ['zip', { zip: 'DEF' }],
    ['typ', { typ: 5 }],
    ['kid', { kid: 'k'.repeat(257) }],
    ['x.0', { x: [undefined] }],
    ['x', { x: new Map() }],
    ['x', { x: 2 ** 60 }],
  ])('%s of %j', async (path, header) => {
    const error: unknown = await signCompact(Buffer.from('x'), key, header).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toContain(path)
  })
  test('a member that is undefined leaves the kid as it is', async () => {
    const jws = await signCompact(Buffer.from('x'), key, { kid: undefined, typ: undefined })
    expect(decodeHeader(jws)).toEqual({ alg: 'HS256', kid: 'one' })
  })
  test('signCompact makes nothing that is longer than verifyCompact takes', async () => {
    const most = await signCompact(Buffer.alloc(12_220), key)
    expect(refusal(() => verifyCompact(most, key))).toBe('accepted')
    await expect(signCompact(Buffer.alloc(12_260), key)).rejects.toThrow(TypeError)
  })
})

function decodeHeader(jws: string): unknown {
  return JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString())
}

describe('decodeToken', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  test('decodeToken shows header and claims under names that say "unverified"', () => {
    const token = `${encode('{"alg":"none"}')}.${encode('{"sub":"x","a":{"b":1}}')}.`
    const decoded = decodeToken(token)
    expect(decoded).toEqual({
      unverifiedHeader: { alg: 'none' },
      unverifiedClaims: { sub: 'x', a: { b: 1 } },
    })
    expect(Object.isFrozen(decoded.unverifiedClaims['a'])).toBe(true)
  })
  test.each([
    ['TOKEN_MALFORMED', 'a.b'],
    ['TOKEN_MALFORMED', `${encode('{"alg":"HS256"}')}.${encode('{}')}.A`],
    ['TOKEN_MALFORMED', `${encode('{"alg":"HS256"}')}=.${encode('{}')}.`],
    ['TOKEN_JSON', `${encode('{"alg":"HS256"}')}.${encode('{"a":1,"a":1}')}.`],
    ['TOKEN_JSON', `${encode('{"alg":"HS256"')}.${encode('{}')}.`],
    ['HEADER_REFUSED', `${encode('{}')}.${encode('{}')}.`],
    ['TOKEN_TOO_LARGE', 'x'.repeat(16_385)],
  ])('%s: %s', (code, token) => {
    expect(refusal(() => decodeToken(token))).toBe(code)
  })
})
