import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { createCookieMode, from, presets, type Extractor } from '../../src/gate/index.js'
import { fakeCall, type CallShape } from './calls.js'
import { cpuMs } from '../setup/cpu-time.js'

describe('from.bearer', () => {
  const authorization = (...values: string[]) => ({
    fields: values.map((value) => ['Authorization', value] as const),
  })

  test.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER   a.b.c'])('from.bearer takes %j', (value) => {
    expect(from.bearer()(fakeCall(authorization(value)))).toBe('a.b.c')
  })

  test('from.bearer finds nothing without a header', () => {
    expect(from.bearer()(fakeCall())).toBeUndefined()
  })

  test.each(['', 'Bearer', 'Bearer ', 'a.b.c', 'Basic a', 'Bearer\ta', ' Bearer a', 'Bearer a b'])(
    'from.bearer refuses %j as another form',
    (value) => {
      expect(codeOf(from.bearer(), authorization(value))).toBe('TOKEN_SCHEME')
    },
  )

  test.each([
    ['Bearer a', 'Bearer a'],
    ['Bearer a', 'Basic b'],
    ['Basic a', 'Bearer b'],
    ['', ''],
    ['Bearer a, Bearer b'],
    ['Basic a, Bearer b'],
    ['Bearer a,Bearer b'],
  ])('from.bearer refuses more than one credential: %j', (...values) => {
    expect(codeOf(from.bearer(), authorization(...values))).toBe('TOKEN_AMBIGUOUS')
  })

  test('from.bearer refuses access_token in the query beside the header', () => {
    const call = { ...authorization('Bearer a'), url: '/x?access%5ftoken=b' }
    expect(codeOf(from.bearer(), call)).toBe('TOKEN_AMBIGUOUS')
  })

  test('from.bearer throws only AuthError, and finds only what is in the header', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary-ascii' }), { maxLength: 3 }), (values) => {
        const found = outcome(from.bearer(), authorization(...values))
        if (found === undefined || found instanceof AuthError) return
        expect(values.some((value) => value.endsWith(found as string))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('from.bare', () => {
  test.each([
    ['a.b.c', 'a.b.c'],
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer a.b.c', 'a.b.c'],
  ])('from.bare accepts %j', (value, token) => {
    expect(from.bare()(fakeCall({ fields: [['authorization', value]] }))).toBe(token)
  })

  test('from.bare finds nothing in an empty header, and refuses two', () => {
    expect(from.bare()(fakeCall({ fields: [['authorization', '']] }))).toBeUndefined()
    expect(codeOf(from.bare(), { fields: [['authorization', 'a,b']] })).toBe('TOKEN_AMBIGUOUS')
  })
})

describe('from.header', () => {
  test('from.header takes the whole header value and keeps the answer out of shared caches', () => {
    const call = fakeCall({ fields: [['Token', 'a.b.c']] })
    expect(from.header('token')(call)).toBe('a.b.c')
    expect(call.answer.get('Cache-Control')).toBe('private')
  })

  test('from.header refuses two fields and two values in one', () => {
    const twice = {
      fields: [
        ['token', 'a'],
        ['TOKEN', 'b'],
      ] as const,
    }
    expect(codeOf(from.header('Token'), twice)).toBe('TOKEN_AMBIGUOUS')
    expect(codeOf(from.header('token'), { fields: [['token', 'a, b']] })).toBe('TOKEN_AMBIGUOUS')
  })

  test.each(['', 'a b', 'a:b', 'tök', 'a\r\n'])('from.header refuses the name %j', (name) => {
    expect(() => from.header(name)).toThrow(ConfigError)
  })
})

describe('from.cookie', () => {
  test.each([
    ['token=a.b.c', 'a.b.c'],
    ['other=1; token=a.b.c; more=2', 'a.b.c'],
    ['token="a.b.c"', 'a.b.c'],
    ['xtoken=1; token=a; token2=b', 'a'],
    ['token=', undefined],
    ['Token=a', undefined],
    ['token', undefined],
    ['', undefined],
  ])('from.cookie finds in %j: %j', (value, token) => {
    expect(from.cookie('token')(fakeCall({ fields: [['cookie', value]] }))).toBe(token)
  })

  test('from.cookie refuses two cookies of one name, in one field or in two', () => {
    const one = { fields: [['cookie', 'token=a; token=b']] as const }
    const two = {
      fields: [
        ['cookie', 'token=a'],
        ['cookie', 'token='],
      ] as const,
    }
    expect(codeOf(from.cookie('token'), one)).toBe('TOKEN_AMBIGUOUS')
    expect(codeOf(from.cookie('token'), two)).toBe('TOKEN_AMBIGUOUS')
  })
})

describe('from.query', () => {
  test('from.query finds one parameter, decoded, and keeps the answer out of shared caches', () => {
    const call = fakeCall({ url: '/x?a=1&token=a%2Eb' })
    expect(from.query('token')(call)).toBe('a.b')
    expect(call.answer.get('Cache-Control')).toBe('private')
  })

  test('from.query refuses two parameters of one name', () => {
    expect(codeOf(from.query('token'), { url: '/x?token=a&token=b' })).toBe('TOKEN_AMBIGUOUS')
  })
})

const places = { first: from.first, one: from.one }

describe.each(Object.entries(places))('from.%s', (_name, several) => {
  const both = several(from.bearer(), from.cookie('token'))
  const cookie = ['cookie', 'token=b'] as const

  test('a combination of extractors finds the token wherever it is', () => {
    expect(both(fakeCall({ fields: [['authorization', 'Bearer a']] }))).toBe('a')
    expect(both(fakeCall({ fields: [['cookie', 'token=b']] }))).toBe('b')
    expect(both(fakeCall())).toBeUndefined()
  })

  test.each([
    'Basic dTpw',
    'Basic  dTpw',
    'basic bearer',
    'Digest username="a", realm="b"',
    'Negotiate YII=',
    'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b',
    'DPoP a.b.c',
    'Bearer2 a',
  ])('a combination of extractors passes over credentials of another scheme: %j', (value) => {
    const foreign = ['authorization', value] as const
    expect(both(fakeCall({ fields: [foreign, cookie] }))).toBe('b')
    expect(codeOf(both, { fields: [foreign] })).toBe('TOKEN_SCHEME')
    expect(codeOf(several(from.cookie('token'), from.bearer()), { fields: [foreign] })).toBe(
      'TOKEN_SCHEME',
    )
    expect(
      several(from.bare(), from.cookie('token'))(fakeCall({ fields: [foreign, cookie] })),
    ).toBe('b')
  })

  test('a combination inside another passes over credentials of another scheme as well', () => {
    const nested = several(several(from.bearer(), from.cookie('other')), from.cookie('token'))
    const foreign = ['authorization', 'Basic dTpw'] as const
    const other = ['cookie', 'other=o; token=t'] as const
    expect(nested(fakeCall({ fields: [foreign, cookie] }))).toBe('b')
    expect(codeOf(nested, { fields: [foreign] })).toBe('TOKEN_SCHEME')
    expect(codeOf(nested, { fields: [['authorization', 'Bearer a b'], cookie] })).toBe(
      'TOKEN_SCHEME',
    )
    const both = codeOf(nested, { fields: [foreign, other] })
    expect(both ?? nested(fakeCall({ fields: [foreign, other] }))).toBe(
      several === from.one ? 'TOKEN_AMBIGUOUS' : 'o',
    )
  })

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'bearer a b',
    'Bearer\ta',
    'a.b.c',
    'Basic',
    'Basic ',
    '"Basic" a',
  ])('a combination refuses %j beside a cookie: it may be a token sent wrongly', (value) => {
    expect(codeOf(both, { fields: [['authorization', value], cookie] })).toBe('TOKEN_SCHEME')
  })

  test.each([
    ['Bearer a', 'Bearer a'],
    ['Basic a', 'Bearer a'],
    ['Basic a', 'Basic b'],
    ['Basic a, Bearer b'],
    ['Bearer a, Basic b, Bearer c'],
    ['Basic a,bearer\tb'],
  ])('a combination refuses two Authorization credentials beside a cookie: %j', (...values) => {
    const fields = values.map((value) => ['authorization', value] as const)
    expect(['TOKEN_AMBIGUOUS', 'TOKEN_SCHEME']).toContain(
      codeOf(both, { fields: [...fields, cookie] }),
    )
  })

  test('a combination of extractors asks an extractor of your own as the others', () => {
    const own = several((call) => call.header('x-token')[0], from.cookie('token'))
    expect(own(fakeCall({ fields: [['x-token', 'a']] }))).toBe('a')
    expect(own(fakeCall({ fields: [cookie] }))).toBe('b')
  })

  test('a combination of extractors needs at least one extractor', () => {
    expect(() => several()).toThrow(ConfigError)
  })
})

describe('tokens in two places', () => {
  const fields = [
    ['cookie', 'token=b'],
    ['authorization', 'Bearer a'],
  ] as const

  test('from.first takes the first of its own order, and looks at no later place', () => {
    const asked: string[] = []
    const noting = (name: string) => () => {
      asked.push(name)
      return name
    }
    expect(from.first(from.bearer(), from.cookie('token'))(fakeCall({ fields }))).toBe('a')
    expect(from.first(from.cookie('token'), from.bearer())(fakeCall({ fields }))).toBe('b')
    expect(from.first(noting('x'), noting('y'))(fakeCall())).toBe('x')
    expect(asked).toEqual(['x'])
  })

  test('from.first never goes on because of what the first token is', () => {
    const first = from.first(from.bearer(), from.cookie('token'))
    for (const bad of ['x', 'null', 'undefined', '..', '0'])
      expect(
        first(
          fakeCall({
            fields: [
              ['authorization', `Bearer ${bad}`],
              ['cookie', 'token=b'],
            ],
          }),
        ),
      ).toBe(bad)
  })

  test('from.first still refuses two tokens in one of its places', () => {
    const first = from.first(from.bearer(), from.cookie('token'))
    const twice = [['cookie', 'token=a; token=b']] as const
    expect(codeOf(first, { fields: twice })).toBe('TOKEN_AMBIGUOUS')
    expect(codeOf(first, { fields, url: '/?access_token=c' })).toBe('TOKEN_AMBIGUOUS')
  })

  test('from.one refuses tokens in two places, even the same token twice', () => {
    const one = from.one(from.bearer(), from.cookie('token'))
    expect(codeOf(one, { fields })).toBe('TOKEN_AMBIGUOUS')
    const same = [
      ['cookie', 'token=a'],
      ['authorization', 'Bearer a'],
    ] as const
    expect(codeOf(one, { fields: same })).toBe('TOKEN_AMBIGUOUS')
  })
})

describe('a long value', () => {
  const field = (name: string, value: string): CallShape => ({ fields: [[name, value]] })

  test.each<[string, Extractor, CallShape]>([
    ['commas', from.bearer(), field('Authorization', `Basic ${', '.repeat(60_000)}`)],
    ['spaces', from.bearer(), field('Authorization', `Bearer ${' '.repeat(120_000)}é`)],
    ['blanks', from.cookie('t'), field('Cookie', `t=a${' \t'.repeat(60_000)}b`)],
  ])('a long value takes linear time: %s', (_, extract, call) => {
    const ms = cpuMs(() => {
      outcome(extract, call)
    })
    expect(ms).toBeLessThan(200)
  })
})

describe('the place', () => {
  test.each<[Extractor, string | undefined]>([
    [from.bearer(), 'as "Authorization: Bearer"'],
    [from.bare(), 'in the header "Authorization"'],
    [from.header('Token'), 'in the header "Token"'],
    [from.cookie('__Host-access'), 'in the cookie "__Host-access"'],
    [from.query('t'), 'in the query parameter "t"'],
    [
      from.first(from.bearer(), from.cookie('t')),
      'as "Authorization: Bearer" or in the cookie "t"',
    ],
    [from.one(from.header('a'), from.header('b')), 'in the header "a" or in the header "b"'],
    [from.first(() => undefined, from.cookie('t')), 'in the cookie "t"'],
    [from.first(() => undefined), undefined],
    [presets.kratos.server.extract, 'as "Authorization: Bearer"'],
    [
      createCookieMode({ origins: ['https://shop.example'] }).extract,
      'in the cookie "__Host-access"',
    ],
  ])('place names where the token is expected: %# %s', (extract, place) => {
    expect(extract.place).toBe(place)
  })
})

function outcome(extract: Extractor, shape: CallShape): unknown {
  try {
    return extract(fakeCall(shape))
  } catch (error) {
    return error
  }
}

function codeOf(extract: Extractor, shape: CallShape): unknown {
  const error = outcome(extract, shape)
  return error instanceof AuthError ? error.code : error
}
