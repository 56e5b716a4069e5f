import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey, publicKey } from '../../src/key/index.js'
import { createSigner, decodeToken, type SignerOptions } from '../../src/token/index.js'
import { pairFor, rawPair } from '../key/pairs.js'

const key = hmacKey(randomBytes(32), 'HS256')
const base = { key, issuer: 'i', audience: 'a', expiresIn: '15m', now: () => 1000.9 } as const

async function signed(
  options: Partial<SignerOptions> = {},
  claims?: Record<string, unknown>,
): Promise<{ header: unknown; claims: Readonly<Record<string, unknown>> }> {
  const token = await createSigner({ ...base, ...options })(claims)
  const { unverifiedHeader, unverifiedClaims } = decodeToken(token)
  return { header: unverifiedHeader, claims: unverifiedClaims }
}

describe('a signed token', () => {
  test('a signed token has iss, aud, a jti, and iat and exp in whole seconds', async () => {
    const { header, claims } = await signed()
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(claims).toEqual({ iss: 'i', aud: 'a', iat: 1000, exp: 1900, jti: claims['jti'] })
    expect(claims['jti']).toMatch(/^[A-Za-z0-9_-]{22}$/)
  })
  test('a signed token has the kid of its key', async () => {
    const named = hmacKey(randomBytes(32), 'HS256', { kid: 'k1' })
    expect((await signed({ key: named })).header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' })
    const { signing } = pairFor('ES256')
    expect((await signed({ key: signing })).header).toMatchObject({ kid: signing.kid })
  })
  test('a signed token has no iss, aud or exp when the option is null', async () => {
    const { claims } = await signed({ issuer: null, audience: null, expiresIn: null })
    expect(Object.keys(claims).sort()).toEqual(['iat', 'jti'])
  })
  test('claims of the caller replace those that the signer was built to have replaced', async () => {
    const own = { iss: 'x', aud: ['y'], iat: 5, exp: 7, jti: 'z' }
    const replaceable = ['iss', 'aud', 'iat', 'exp', 'jti'] as const
    expect((await signed({ replaceable }, own)).claims).toEqual(own)
    const { claims } = await signed({ replaceable: ['iat'] }, { iat: 5 })
    expect(claims).toMatchObject({ iat: 5, exp: 905 })
  })
  test.each([
    ['iss', 'x'],
    ['aud', 'x'],
    ['aud', ['a', 'x']],
    ['iat', 5],
    ['exp', 4_000_000_000],
    ['jti', 'x'],
  ])('the claim %s of the caller never replaces the signer’s', async (name, value) => {
    const others = (['iss', 'aud', 'iat', 'exp', 'jti'] as const).filter((each) => each !== name)
    for (const replaceable of [[], others]) {
      const error: unknown = await signed({ replaceable }, { [name]: value }).catch(
        (e: unknown) => e,
      )
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toContain(`"${name}" is set by the signer`)
    }
  })
  test('a claim that is undefined leaves the signer’s as it is', async () => {
    const none = { iss: undefined, aud: undefined, iat: undefined, exp: undefined, jti: undefined }
    for (const replaceable of [[], ['iss', 'aud', 'iat', 'exp', 'jti'] as const]) {
      const { claims } = await signed({ replaceable }, none)
      expect(claims).toMatchObject({ iss: 'i', aud: 'a', iat: 1000, exp: 1900 })
      expect(claims['jti']).toMatch(/^[A-Za-z0-9_-]{22}$/)
    }
  })
  test('a claim that the signer does not set is the caller’s', async () => {
    const options = { issuer: null, audience: null, expiresIn: null }
    const own = { iss: 'x', aud: 'y', exp: 7 }
    expect((await signed(options, own)).claims).toMatchObject(own)
  })
  test('a signed token can have several audiences, another typ and further header members', async () => {
    const { header, claims } = await signed({
      audience: ['a', 'b'],
      typ: 'at+jwt',
      header: { x: 1 },
    })
    expect(claims).toMatchObject({ aud: ['a', 'b'] })
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', x: 1 })
  })
  test('a signed token leaves out claims that are undefined, as JSON does', async () => {
    expect((await signed({}, { a: undefined, b: 1 })).claims).not.toHaveProperty('a')
  })
})

describe('claims that JSON cannot represent exactly are a TypeError that names them', () => {
  test.each([
    ['a', { a: Number.NaN }],
    ['a', { a: Number.POSITIVE_INFINITY }],
    ['a', { a: 2 ** 53 }],
    ['exp', { exp: 1n }],
    ['a', { a: () => 1 }],
    ['a', { a: Symbol('x') }],
    ['a.b.0', { a: { b: [Number.NaN] } }],
    ['exp', { exp: Number.NaN }],
  ])('%s', async (path, claims) => {
    const error: unknown = await createSigner(base)(claims as never).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(`"${path}"`)
  })
})

describe('an option that is wrong is a ConfigError that names it', () => {
  test.each([
    ['key', { key: undefined }],
    ['key', { key: 'secret' }],
    ['key', { key: publicKey(rawPair('RS256').publicKey, 'RS256') }],
    ['issuer', { issuer: undefined }],
    ['issuer', { issuer: '' }],
    ['audience', { audience: undefined }],
    ['audience', { audience: [] }],
    ['expiresIn', { expiresIn: undefined }],
    ['expiresIn', { expiresIn: 0 }],
    ['expiresIn', { expiresIn: '1y' }],
    ['typ', { typ: '' }],
    ['header.alg', { header: { alg: 'none' } }],
    ['header.kid', { header: { kid: 'x' } }],
    ['header.typ', { header: { typ: 'x' } }],
    ['header.crit', { header: { crit: ['x'] } }],
    ['header.cty', { header: { cty: 'JWT' } }],
    ['header', { header: { x: [undefined] } }],
    ['header', { header: { x: { y: new Set() } } }],
    ['replaceable', { replaceable: 'exp' }],
    ['replaceable', { replaceable: ['sub'] }],
    ['replaceable', { replaceable: ['exp', 'sub'] }],
    ['maxLength', { maxLength: 0 }],
    ['maxLength', { maxLength: 16_385 }],
    ['now', { now: 1 }],
    ['expires', { expires: 1 }],
  ])('%s: %j', (option, change) => {
    try {
      createSigner({ ...base, ...change } as never)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      expect((error as ConfigError).option).toContain(option)
      return
    }
    expect.unreachable('it was accepted')
  })
})

test.each([null, 5, true, 'text', []])('createSigner refuses %j as header members', (header) => {
  const options = {
    key: hmacKey(randomBytes(32), 'HS256'),
    issuer: null,
    audience: null,
    expiresIn: 60,
  }
  expect(() => createSigner({ ...options, header } as never)).toThrow(
    'createSigner.header: must be',
  )
})
