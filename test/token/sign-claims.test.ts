import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hmacKey } from '../../src/key/index.js'
import {
  type Claims,
  createSigner,
  createVerifier,
  decodeToken,
  type Signer,
  type SignerOptions,
} from '../../src/token/index.js'
import { completeSigner } from '../../src/token/sign.js'

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

/** The claims as a verifier reads them, or the message of the TypeError. */
async function signedOr(claims: unknown): Promise<unknown> {
  try {
    return decodeToken(await signAnything(claims)).unverifiedClaims
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return String(error)
  }
}

class Account {
  readonly id = 5
  #secret = 'x'
  reveal() {
    return this.#secret
  }
}

function nested(levels: number): object {
  const top: Record<string, unknown> = {}
  let at = top
  for (let level = 1; level < levels; level++) {
    const next = {}
    at['a'] = next
    at = next
  }
  return top
}

const circle: Record<string, unknown> = { name: 'x' }
circle['self'] = [circle]

describe('what JSON would change silently is refused by its path', () => {
  test.each([
    ['roles.1', 'an undefined item', { roles: ['a', undefined] }],
    ['list.0', 'a hole', { list: Array.from({ length: 2 }).fill(1, 1) }],
    ['m', 'a Map', { m: new Map([['a', 1]]) }],
    ['m.s', 'a Set', { m: { s: new Set(['a']) } }],
    ['r', 'a regular expression', { r: /x/ }],
    ['e', 'an Error', { e: new Error('x') }],
    ['b', 'bytes', { b: new Uint8Array(2) }],
    ['p', 'a promise', { p: Promise.resolve(1) }],
    ['u', 'an instance of a class', { u: new Account() }],
    ['n', 'a boxed number', { n: Object(1) as unknown }],
    ['n', 'a boxed bigint', { n: Object(1n) as unknown }],
    ['d', 'an invalid Date', { d: new Date(Number.NaN) }],
    ['x', 'a toJSON that returns nothing', { x: { toJSON: () => undefined, a: 1 } }],
    ['x', 'a toJSON that returns NaN', { x: { toJSON: () => Number.NaN } }],
    ['x.y', 'NaN within what toJSON returns', { x: { toJSON: () => ({ y: Number.NaN }) } }],
    ['x', 'a toJSON that returns a Map', { x: { toJSON: () => new Map() } }],
    ['toJSON', 'a toJSON of the claims themselves', { toJSON: () => ({ sub: 'another' }) }],
    ['f.0', 'a function', { f: [() => 1] }],
    ['s.t', 'a symbol', { s: { t: Symbol('x') } }],
    ['self.0', 'an object within itself', circle],
    ['deep', 'more levels than verifiers read', { deep: nested(40) }],
    ['o.__proto__', 'a member called __proto__', { o: JSON.parse('{"__proto__":{"a":1}}') }],
    ['__proto__', 'a claim called __proto__', JSON.parse('{"__proto__":{"sub":"another"}}')],
  ])('%s: %s', async (path, _, claims) => {
    const message = String(await signedOr(claims))
    expect(message).toMatch(/^TypeError: the claim /)
    expect(message).toContain(`"${path}`)
  })

  test('a getter is read once, so that what was checked is what is signed', async () => {
    let reads = 0
    const changing = {
      get n() {
        return reads++ === 0 ? 1 : Number.NaN
      },
    }
    expect(await signedOr(changing)).toMatchObject({ n: 1 })
    reads = 0
    expect(await signedOr({ inner: changing })).toMatchObject({ inner: { n: 1 } })
  })

  test('32 levels are signed and verified, and 33 are not signed', async () => {
    expect(await signedOr({ deep: nested(31) })).toHaveProperty('deep')
    expect(await signedOr({ deep: nested(32) })).toContain('32 levels')
  })

  test('the same object twice is not a circle', async () => {
    const both = { a: 1 }
    expect(await signedOr({ x: both, y: [both, both] })).toMatchObject({ x: both, y: [both, both] })
  })

  test('signing changes nothing of the caller’s claims', async () => {
    const claims = { at: new Date(0), list: [new Date(0)], exp: undefined }
    await signAnything(claims)
    expect(claims).toEqual({ at: new Date(0), list: [new Date(0)], exp: undefined })
  })
})

describe('an object with toJSON signs what JSON would write', () => {
  const objectId = { toJSON: () => '507f1f77bcf86cd799439011', bytes: new Uint8Array(12) }
  test('an ObjectId as sub is its text', async () => {
    expect(await signedOr({ sub: objectId })).toMatchObject({ sub: '507f1f77bcf86cd799439011' })
  })
  test('a Date is its text, and what toJSON returns may hold such objects again', async () => {
    const claims = { at: [new Date(0)], user: { toJSON: () => ({ id: objectId }) } }
    expect(await signedOr(claims)).toMatchObject({
      at: ['1970-01-01T00:00:00.000Z'],
      user: { id: '507f1f77bcf86cd799439011' },
    })
  })
  test('toJSON is called with the name of its member', async () => {
    const named = { toJSON: (name: string) => name }
    expect(await signedOr({ a: named, b: [named] })).toMatchObject({ a: 'a', b: ['0'] })
  })
})

test('a token that is longer than maxLength is not signed', async () => {
  expect(await signedOr({ text: 'x'.repeat(9000) })).toContain('maxLength is 8192')
  const long = createSigner({
    key: hmacKey(randomBytes(32), 'HS256'),
    ...{ issuer: null, audience: null, expiresIn: '15m', maxLength: 16_384 },
  })
  expect((await long({ text: 'x'.repeat(9000) })).length).toBeGreaterThan(12_000)
})

test('every token that is signed is accepted by a verifier of the same options', async () => {
  const key = hmacKey(randomBytes(32), 'HS256')
  const options = { issuer: 'i', audience: 'a' }
  const signAny = createSigner({ key, ...options, expiresIn: '15m' })
  const verify = createVerifier({ keys: key, algorithms: ['HS256'], ...options, bigints: true })
  let made = 0
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.string(),
        fc.anything({
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withBigInt: true,
        }),
      ),
      async (claims) => {
        const token = await signAny(claims).catch((error: unknown) => {
          expect(error).toBeInstanceOf(TypeError)
        })
        if (token === undefined) return
        made++
        await expect(verify(token)).resolves.toBeDefined()
      },
    ),
    { numRuns: 400 },
  )
  expect(made).toBeGreaterThan(20)
})

test('an object without a prototype is signed', async () => {
  const claims = Object.assign(Object.create(null) as Claims, { sub: 'user-1' })
  expect(decodeToken(await sign(claims)).unverifiedClaims).toMatchObject({ sub: 'user-1' })
})

describe('a bigint is signed with all its digits', () => {
  const key = hmacKey(randomBytes(32), 'HS256')
  const options = { issuer: 'i', audience: 'a' }
  const verify = createVerifier({ keys: key, algorithms: ['HS256'], ...options, bigints: true })
  const signBig = createSigner({ key, ...options, expiresIn: '15m' })

  test('64-bit integers come back as they were', async () => {
    const claims = {
      ...{
        id: 2n ** 63n - 1n,
        least: -(2n ** 63n),
        list: [9_007_199_254_740_993n, { a: 2n ** 60n }],
      },
      ...{ text: 'é"\\', none: null, yes: true, n: 1.5, gone: undefined },
    }
    const { payload } = await verify(await signBig(claims))
    const { gone, ...there } = claims
    expect(gone).toBeUndefined()
    expect(payload).toMatchObject(there)
    expect(payload).not.toHaveProperty('gone')
  })
  test('a small bigint is an ordinary number to a verifier', async () => {
    expect((await verify(await signBig({ id: 5n }))).payload).toMatchObject({ id: 5 })
  })
  test('a toJSON of BigInt.prototype, as some programs add, changes nothing', async () => {
    Object.defineProperty(BigInt.prototype, 'toJSON', { value: () => 'text', configurable: true })
    try {
      expect((await verify(await signBig({ id: 2n ** 60n }))).payload).toMatchObject({
        id: 2n ** 60n,
      })
    } finally {
      Reflect.deleteProperty(BigInt.prototype, 'toJSON')
    }
  })
  test('a bigint is no time and stands in no header', async () => {
    await expect(signBig({ nbf: 5n } as never)).rejects.toThrow(
      '"nbf" has a value of the wrong type',
    )
    expect(() => createSigner({ key, ...options, expiresIn: '15m', header: { x: 1n } })).toThrow(
      'header member "x" is a bigint',
    )
  })
})

describe('the signer that sessions use', () => {
  const after = 1_800_000_060
  const aheadOptions: SignerOptions = {
    ...{ key: hmacKey(randomBytes(32), 'HS256'), issuer: 'https://a', audience: 'api' },
    expiresIn: '15m',
    issuedAfter: () => ({ all: after + 1, sub: after + 2 }),
  }
  const ahead = createSigner(aheadOptions)
  const afterOf = async (token: Promise<string>) =>
    decodeToken(await token).unverifiedClaims['jotgate_after']

  test('only the signer of sessions takes a cut-off of the session, and adds those that it knows', async () => {
    const claims = { jotgate_after: { sid: after } }
    await expect(ahead(claims)).rejects.toThrow('"jotgate_after" is set by the signer')
    expect(await afterOf(completeSigner(ahead)(claims))).toEqual({
      ...{ all: after + 1, sub: after + 2, sid: after },
    })
    expect(await afterOf(completeSigner(sign)(claims))).toEqual({ sid: after })
    expect(await afterOf(completeSigner(sign)({}))).toBeUndefined()
  })

  test.each([
    [{ all: after }],
    [{ sid: after, all: after }],
    [{ sid: String(after) }],
    [{ sid: 0.5 }],
    [after],
    [null],
    [[after]],
  ])('the signer of sessions refuses the cut-offs %j', async (given) => {
    await expect(completeSigner(ahead)({ jotgate_after: given })).rejects.toThrow(
      '"jotgate_after" is set by the signer',
    )
  })

  test('a function around a signer passes on what sessions say where it may set iat, and nowhere else', async () => {
    const claims = { jotgate_after: { sid: after } }
    const around = (inner: Signer) =>
      completeSigner((given) => inner({ ...given, tenant: 'a' }))(claims)
    await expect(around(ahead)).rejects.toThrow('"jotgate_after" is set by the signer')
    const open = createSigner({ ...aheadOptions, replaceable: ['iat', 'exp', 'jti'] })
    expect(await afterOf(around(open))).toEqual({ sid: after, all: after + 1, sub: after + 2 })
    const withAll = open({ jotgate_after: { sid: after, all: after } })
    await expect(withAll).rejects.toThrow('"jotgate_after" is set by the signer')
  })

  test('the signer of sessions is not found through a Proxy, so that what the Proxy adds is kept', async () => {
    const traced = new Proxy(sign, {})
    expect(completeSigner(traced)).toBe(traced)
    const token = await completeSigner(sign)({ jti: 'own' })
    expect(decodeToken(token).unverifiedClaims['jti']).toBe('own')
    expect(Reflect.ownKeys(sign).filter((name) => typeof name === 'symbol')).toEqual([])
  })
})
