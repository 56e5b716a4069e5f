import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { from, type Extractor } from '../../src/gate/index.js'
import { fakeCall, type CallShape } from './calls.js'

describe('from.bearer', () => {
  const authorization = (...values: string[]) => ({
    fields: values.map((value) => ['Authorization', value] as const),
  })

  test.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER   a.b.c'])('accepts %j', (value) => {
    expect(from.bearer()(fakeCall(authorization(value)))).toBe('a.b.c')
  })

  test('finds nothing without a header', () => {
    expect(from.bearer()(fakeCall())).toBeUndefined()
  })

  test.each(['', 'Bearer', 'Bearer ', 'a.b.c', 'Basic a', 'Bearer\ta', ' Bearer a', 'Bearer a b'])(
    'refuses %j as another form',
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
  ])('refuses more than one credential: %j', (...values) => {
    expect(codeOf(from.bearer(), authorization(...values))).toBe('TOKEN_AMBIGUOUS')
  })

  test('refuses access_token in the query beside the header', () => {
    const call = { ...authorization('Bearer a'), url: '/x?access%5ftoken=b' }
    expect(codeOf(from.bearer(), call)).toBe('TOKEN_AMBIGUOUS')
  })

  test('throws only AuthError, and finds only what is in the header', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary-ascii' }), { maxLength: 3 }), (values) => {
        const found = outcome(from.bearer(), authorization(...values))
        if (found === undefined || found instanceof AuthError) return
        expect(values.some((value) => value.endsWith(found as string))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('needs linear time for a long run of commas and spaces', () => {
    const start = performance.now()
    outcome(from.bearer(), authorization(`Bearer ${', '.repeat(8000)}`))
    expect(performance.now() - start).toBeLessThan(100)
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

  test('finds nothing in an empty header, and refuses two', () => {
    expect(from.bare()(fakeCall({ fields: [['authorization', '']] }))).toBeUndefined()
    expect(codeOf(from.bare(), { fields: [['authorization', 'a,b']] })).toBe('TOKEN_AMBIGUOUS')
  })
})

describe('from.header', () => {
  test('takes the whole header value and keeps the answer out of shared caches', () => {
    const call = fakeCall({ fields: [['Token', 'a.b.c']] })
    expect(from.header('token')(call)).toBe('a.b.c')
    expect(call.answer.get('Cache-Control')).toBe('private')
  })

  test('refuses two fields and two values in one', () => {
    const twice = {
      fields: [
        ['token', 'a'],
        ['TOKEN', 'b'],
      ] as const,
    }
    expect(codeOf(from.header('Token'), twice)).toBe('TOKEN_AMBIGUOUS')
    expect(codeOf(from.header('token'), { fields: [['token', 'a, b']] })).toBe('TOKEN_AMBIGUOUS')
  })

  test.each(['', 'a b', 'a:b', 'tök', 'a\r\n'])('refuses the name %j when built', (name) => {
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
  ])('finds in %j: %j', (value, token) => {
    expect(from.cookie('token')(fakeCall({ fields: [['cookie', value]] }))).toBe(token)
  })

  test('refuses two cookies of one name, in one field or in two', () => {
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
  test('finds one parameter, decoded, and keeps the answer out of shared caches', () => {
    const call = fakeCall({ url: '/x?a=1&token=a%2Eb' })
    expect(from.query('token')(call)).toBe('a.b')
    expect(call.answer.get('Cache-Control')).toBe('private')
  })

  test('refuses two parameters of one name', () => {
    expect(codeOf(from.query('token'), { url: '/x?token=a&token=b' })).toBe('TOKEN_AMBIGUOUS')
  })
})

describe('from.first', () => {
  const both = from.first(from.bearer(), from.cookie('token'))

  test('finds the token wherever it is', () => {
    expect(both(fakeCall({ fields: [['authorization', 'Bearer a']] }))).toBe('a')
    expect(both(fakeCall({ fields: [['cookie', 'token=b']] }))).toBe('b')
    expect(both(fakeCall())).toBeUndefined()
  })

  test('refuses tokens in two places, even the same one', () => {
    const fields = [
      ['authorization', 'Bearer a'],
      ['cookie', 'token=a'],
    ] as const
    expect(codeOf(both, { fields })).toBe('TOKEN_AMBIGUOUS')
  })

  test('needs at least one extractor', () => {
    expect(() => from.first()).toThrow(ConfigError)
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
