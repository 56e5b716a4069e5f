import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hmacKey } from '../../src/key/index.js'
import { type Claims, createSigner, decodeToken } from '../../src/token/index.js'

const sign = createSigner({
  key: hmacKey(randomBytes(32), 'HS256'),
  issuer: 'https://a',
  audience: 'api',
  expiresIn: '15m',
})

/** What callers in plain JavaScript can do. */
const signAnything = sign as (claims: unknown) => Promise<string>

describe('what no verifier here would accept is not signed:', () => {
  test.each([
    ['text', 'user-1'],
    ['a number', 5],
    ['null', null],
    ['an array', ['user-1']],
    ['a Map', new Map([['sub', 'user-1']])],
    ['a Date', new Date()],
  ])('createSigner refuses %s instead of claims', async (_, claims) => {
    await expect(signAnything(claims)).rejects.toThrow('one plain object')
  })

  test.each([
    ['exp as text', { exp: '15m' }],
    ['exp as a Date', { exp: new Date() }],
    ['a number as sub', { sub: 5 }],
    ['an empty sub', { sub: '' }],
    ['no audience at all', { aud: [] }],
    ['a number as jti', { jti: 7 }],
  ])('%s', async (_, claims) => {
    await expect(signAnything(claims)).rejects.toThrow('wrong type')
  })

  test('the error for a refused claim does not contain its value', async () => {
    await expect(signAnything({ sub: 47114711 })).rejects.not.toThrow('4711')
  })
})

test('an object without a prototype is signed', async () => {
  const claims = Object.assign(Object.create(null) as Claims, { sub: 'user-1' })
  expect(decodeToken(await sign(claims)).unverifiedClaims).toMatchObject({ sub: 'user-1' })
})
