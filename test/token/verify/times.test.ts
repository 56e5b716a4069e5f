import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import {
  goodClaims,
  forge,
  now,
  verdict,
  verifierWith,
  withClaims,
  withRawClaims,
} from './forge.js'

const verify = verifierWith()

describe('exp, nbf and iat as finite numbers', () => {
  const wrong = ['"9999999999"', 'null', 'true', '[]', '[9999999999]', '{}', '"now"', '""']
  const infinite = ['1e400', '-1e400', '1e309']
  for (const name of ['exp', 'nbf', 'iat']) {
    const raw = (value: string) => {
      const rest = JSON.stringify({ ...goodClaims, [name]: undefined })
      return forge({ payload: `${rest.slice(0, -1)},"${name}":${value}}` })
    }
    test.each(wrong)(`${name} %s is refused because of its type`, async (value) => {
      expect(await verdict(verify, raw(value))).toBe('CLAIM_INVALID')
    })
    test.each(infinite)(
      `${name} %s is refused because JSON cannot hold that number`,
      async (value) => {
        expect(await verdict(verify, raw(value))).toBe('TOKEN_JSON')
      },
    )
    test.each(['NaN', 'Infinity', '+1', '01', '.5', '0x10'])(
      `${name} %s is refused because it is not JSON`,
      async (value) => {
        expect(await verdict(verify, raw(value))).toBe('TOKEN_JSON')
      },
    )
  }
  test.each([-1, 0, 1.5, 1e-7])('a token with exp %d has expired', async (exp) => {
    expect(await verdict(verify, withClaims({ exp }))).toBe('TOKEN_EXPIRED')
  })
  test('exp and nbf with a fraction of a second are accepted', async () => {
    expect(await verdict(verify, withClaims({ exp: now + 0.5, nbf: now - 0.5 }))).toBe('accepted')
  })
  test('the number 1e21 is refused because it is beyond 2^53', async () => {
    expect(await verdict(verify, withRawClaims('"x":1e21'))).toBe('TOKEN_JSON')
  })
})

describe('exp with a clock tolerance of 30 seconds', () => {
  const at = (time: number) => verifierWith({ now: () => time, clockTolerance: 30 })
  const token = withClaims({ exp: now, iat: now - 100 })
  test.each([
    [-1, 'accepted'],
    [0, 'accepted'],
    [29, 'accepted'],
    [29.999, 'accepted'],
    [30, 'TOKEN_EXPIRED'],
    [31, 'TOKEN_EXPIRED'],
  ])(
    '%d seconds after exp, with a tolerance of 30, the verdict is %s',
    async (offset, expected) => {
      expect(await verdict(at(now + offset), token)).toBe(expected)
    },
  )
  test('without clock tolerance a token has expired in the second of exp', async () => {
    const exact = verifierWith({ now: () => now, clockTolerance: 0 })
    expect(await verdict(exact, token)).toBe('TOKEN_EXPIRED')
  })
})

describe('clockTolerance', () => {
  test('clockTolerance is 60 seconds by default', async () => {
    expect(await verdict(verify, withClaims({ exp: now - 59 }))).toBe('accepted')
    expect(await verdict(verify, withClaims({ exp: now - 60 }))).toBe('TOKEN_EXPIRED')
  })
  test('clockTolerance is at most 300 seconds', async () => {
    const widest = verifierWith({ clockTolerance: '5m' })
    expect(await verdict(widest, withClaims({ exp: now - 299 }))).toBe('accepted')
    expect(() => verifierWith({ clockTolerance: 301 })).toThrow(ConfigError)
  })
  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '1y', null, '60'])(
    'clockTolerance cannot be %j',
    (clockTolerance) => {
      if (clockTolerance === null) return
      expect(() => verifierWith({ clockTolerance: clockTolerance as number })).toThrow(ConfigError)
    },
  )
})

describe('the life of a token', () => {
  test('a token without exp is refused by default', async () => {
    expect(await verdict(verify, withClaims({ exp: undefined }))).toBe('CLAIM_MISSING')
  })
  test('maxTokenAge refuses a token before its exp', async () => {
    const token = withClaims({ iat: now - 3600, exp: now + 1e9 })
    expect(await verdict(verify, token)).toBe('accepted')
    expect(await verdict(verifierWith({ maxTokenAge: '15m' }), token)).toBe('TOKEN_TOO_OLD')
  })
})

describe('tokens of the future', () => {
  test.each([
    ['nbf', 60, 'accepted'],
    ['nbf', 61, 'TOKEN_NOT_YET_VALID'],
    ['iat', 60, 'accepted'],
    ['iat', 61, 'TOKEN_NOT_YET_VALID'],
  ])('with %s %d seconds ahead the verdict is %s', async (name, ahead, expected) => {
    expect(await verdict(verify, withClaims({ [name]: now + ahead }))).toBe(expected)
  })
})
