import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthError, ConfigError } from '../../../src/foundation/errors.js'
import { requireScopes } from '../../../src/gate/authorize.js'
import { forge, verdict, verifierWith, withClaims, withRawClaims, withRawHeader } from './forge.js'

const verify = verifierWith()

describe('claims and prototypes', () => {
  test.each([
    '"__proto__":{"admin":true}',
    '"a":{"__proto__":{"admin":true}}',
    '"a":[{"__proto__":1}]',
    '"__pr\\u006fto__":null',
  ])('a token with the members %s is refused', async (members) => {
    expect(await verdict(verify, withRawClaims(members))).toBe('TOKEN_JSON')
    expect(await verdict(verify, withRawHeader(members))).toBe('TOKEN_JSON')
  })
  test('claims named constructor, prototype and toString are ordinary data', async () => {
    const members = { constructor: { prototype: { admin: true } }, prototype: 1, toString: 'x' }
    const { claims } = await verify(withClaims(members))
    expect(claims).toMatchObject(members)
    expect(Object.assign({}, claims)).not.toHaveProperty('admin')
  })
  test('no token has changed Object.prototype', () => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })
})

describe('integers beyond 2^53', () => {
  const beyond = [
    '9007199254740993',
    '-9007199254740993',
    '9007199254740992',
    '12345678901234567890',
  ]
  test.each(beyond)('the integer %s is refused by default', async (literal) => {
    expect(await verdict(verify, withRawClaims(`"id":${literal}`))).toBe('TOKEN_JSON')
    expect(await verdict(verify, withRawClaims(`"a":[{"id":${literal}}]`))).toBe('TOKEN_JSON')
  })
  test.each(beyond)(
    'the integer %s is an exact bigint with the option bigints',
    async (literal) => {
      const exact = verifierWith({ bigints: true })
      const { claims } = await exact(withRawClaims(`"id":${literal},"a":[{"id":${literal}}]`))
      expect(claims).toMatchObject({ id: BigInt(literal), a: [{ id: BigInt(literal) }] })
    },
  )
  test('the integer 9007199254740991 is a number with and without the option bigints', async () => {
    const token = withClaims({ id: Number.MAX_SAFE_INTEGER })
    for (const bigints of [false, true]) {
      const { claims } = await verifierWith({ bigints })(token)
      expect(claims).toMatchObject({ id: 9007199254740991 })
    }
  })
  test.each(['9007199254740993.0', '1e21', '9007199254740993e0', '1e400'])(
    'the number %s, not written as an integer, is refused with and without the option bigints',
    async (literal) => {
      for (const bigints of [false, true]) {
        expect(await verdict(verifierWith({ bigints }), withRawClaims(`"id":${literal}`))).toBe(
          'TOKEN_JSON',
        )
      }
    },
  )
  test('a date beyond 2^53 is refused with the option bigints too', async () => {
    const exact = verifierWith({ bigints: true })
    expect(await verdict(exact, withRawClaims('"nbf":-9007199254740993'))).toBe('CLAIM_INVALID')
  })
  test('duplicate names, deep nesting and __proto__ are refused beside a bigint', async () => {
    const exact = verifierWith({ bigints: true })
    for (const members of [
      '"a":1,"a":1',
      '"__proto__":1',
      `"a":${'['.repeat(33)}${']'.repeat(33)}`,
    ]) {
      const token = withRawClaims(`"id":9007199254740993,${members}`)
      expect(await verdict(exact, token)).toBe('TOKEN_JSON')
    }
  })
})

describe('scope: words separated by one space (RFC 6749 section 3.3)', () => {
  const granted = async (scope: unknown, ...wanted: string[]) =>
    requireScopes(...wanted)(await verify(withClaims({ scope })))
  test('scope is handed out as the text that was signed', async () => {
    const { claims } = await verify(withClaims({ scope: 'read write' }))
    expect(claims).toMatchObject({ scope: 'read write' })
  })
  test.each(['read', 'read write', 'write read', 'openid read write'])(
    'the scope "%s" grants read',
    async (scope) => {
      expect(await granted(scope, 'read')).toBe(true)
    },
  )
  test.each([
    ...['', ' ', 'reader', 'xread', 'read:all', 'READ', 'rea d', 'write'],
    ...['read,write', 'read\twrite', 'read\nwrite', 'read\u00a0write', 'read\u2003write', '"read"'],
    ...['read\\', 'read\u0000', 'rеad', 'read;', '*'],
    ...[1, null, true, { read: true }, ['read write'], [['read']]],
  ])('the scope %j does not grant read', async (scope) => {
    expect(await granted(scope, 'read')).toBe(false)
  })
  test('requireScopes asks for every scope that it names', async () => {
    expect(await granted('read write', 'write', 'read')).toBe(true)
    expect(await granted('read', 'write', 'read')).toBe(false)
  })
  test('requireScopes rejects a scope that the grammar does not allow', () => {
    for (const wanted of ['', ' ', 'a b', 'a"', 'a\\', 'a\t', 'é', 'a\u007f'])
      expect(() => requireScopes(wanted)).toThrow(ConfigError)
    const codes = Array.from({ length: 0x7f - 0x21 }, (_, i) => 0x21 + i)
    const allowed = codes.filter((code) => code !== 0x22 && code !== 0x5c)
    for (const code of allowed) expect(() => requireScopes(String.fromCharCode(code))).not.toThrow()
  })
})

describe('the claims schema, applied after verification', () => {
  const role = verifierWith({ claims: z.object({ role: z.enum(['admin', 'user']) }) })
  test('claims that fit the schema are accepted', async () => {
    expect((await role(withClaims({ role: 'admin' }))).claims).toEqual({ role: 'admin' })
  })
  test('claims that do not fit the schema are refused, and the error names the claim', async () => {
    const error: unknown = await role(withClaims({ role: 'root' })).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code: 'CLAIMS_REFUSED', claim: 'role', status: 401 })
  })
  test.each([
    [
      'a function that throws',
      () => {
        throw new TypeError('boom')
      },
    ],
    ['a function that rejects', () => Promise.reject(new Error('boom'))],
    [
      'a schema that throws',
      {
        '~standard': {
          version: 1,
          vendor: 'x',
          validate: () => {
            throw new Error('boom')
          },
        },
      },
    ],
  ])('%s refuses the token', async (_, claims) => {
    expect(await verdict(verifierWith({ claims: claims as never }), forge())).toBe('CLAIMS_REFUSED')
  })
  test('an AuthError thrown by the claims function is passed on', async () => {
    const claims = () => {
      throw new AuthError('FORBIDDEN')
    }
    expect(await verdict(verifierWith({ claims }), forge())).toBe('FORBIDDEN')
  })
})
