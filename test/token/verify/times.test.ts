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

describe('C1 exp, nbf and iat are finite numbers', () => {
  const wrong = ['"9999999999"', 'null', 'true', '[]', '[9999999999]', '{}', '"now"', '""']
  const infinite = ['1e400', '-1e400', '1e309']
  for (const name of ['exp', 'nbf', 'iat']) {
    const raw = (value: string) => {
      const rest = JSON.stringify({ ...goodClaims, [name]: undefined })
      return forge({ payload: `${rest.slice(0, -1)},"${name}":${value}}` })
    }
    test.each(wrong)(`${name} %s is of the wrong type`, async (value) => {
      expect(await verdict(verify, raw(value))).toBe('CLAIM_INVALID')
    })
    test.each(infinite)(`${name} %s is no number that JSON can hold`, async (value) => {
      expect(await verdict(verify, raw(value))).toBe('TOKEN_JSON')
    })
    test.each(['NaN', 'Infinity', '+1', '01', '.5', '0x10'])(
      `${name} %s is no JSON`,
      async (value) => {
        expect(await verdict(verify, raw(value))).toBe('TOKEN_JSON')
      },
    )
  }
  test.each([-1, 0, 1.5, 1e-7])('exp %d is a date in the past', async (exp) => {
    expect(await verdict(verify, withClaims({ exp }))).toBe('TOKEN_EXPIRED')
  })
  test('a fraction of a second is taken', async () => {
    expect(await verdict(verify, withClaims({ exp: now + 0.5, nbf: now - 0.5 }))).toBe('accepted')
  })
  test('exp 1e21 is beyond 2^53 and refused', async () => {
    expect(await verdict(verify, withRawClaims('"x":1e21'))).toBe('TOKEN_JSON')
  })
})

describe('C2 a token is good until exp, and for the clock tolerance after it', () => {
  const at = (time: number) => verifierWith({ now: () => time, clockTolerance: 30 })
  const token = withClaims({ exp: now, iat: now - 100 })
  test.each([
    [-1, 'accepted'],
    [0, 'accepted'],
    [29, 'accepted'],
    [29.999, 'accepted'],
    [30, 'TOKEN_EXPIRED'],
    [31, 'TOKEN_EXPIRED'],
  ])('at exp %+d: %s', async (offset, expected) => {
    expect(await verdict(at(now + offset), token)).toBe(expected)
  })
  test('without tolerance the second of exp itself is too late', async () => {
    const exact = verifierWith({ now: () => now, clockTolerance: 0 })
    expect(await verdict(exact, token)).toBe('TOKEN_EXPIRED')
  })
})

describe('C3 clockTolerance', () => {
  test('is 60 seconds by default', async () => {
    expect(await verdict(verify, withClaims({ exp: now - 59 }))).toBe('accepted')
    expect(await verdict(verify, withClaims({ exp: now - 60 }))).toBe('TOKEN_EXPIRED')
  })
  test('is at most 300 seconds', async () => {
    const widest = verifierWith({ clockTolerance: '5m' })
    expect(await verdict(widest, withClaims({ exp: now - 299 }))).toBe('accepted')
    expect(() => verifierWith({ clockTolerance: 301 })).toThrow(ConfigError)
  })
  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '1y', null, '60'])(
    'is never %j',
    (clockTolerance) => {
      if (clockTolerance === null) return
      expect(() => verifierWith({ clockTolerance: clockTolerance as number })).toThrow(ConfigError)
    },
  )
})

describe('C4 life is bounded', () => {
  test('exp is required by default', async () => {
    expect(await verdict(verify, withClaims({ exp: undefined }))).toBe('CLAIM_MISSING')
  })
  test('maxTokenAge ends a token early, whatever its exp says', async () => {
    const token = withClaims({ iat: now - 3600, exp: now + 1e9 })
    expect(await verdict(verify, token)).toBe('accepted')
    expect(await verdict(verifierWith({ maxTokenAge: '15m' }), token)).toBe('TOKEN_TOO_OLD')
  })
})

describe('C5 a token of the future is refused', () => {
  test.each([
    ['nbf', 60, 'accepted'],
    ['nbf', 61, 'TOKEN_NOT_YET_VALID'],
    ['iat', 60, 'accepted'],
    ['iat', 61, 'TOKEN_NOT_YET_VALID'],
  ])('%s %d seconds ahead: %s', async (name, ahead, expected) => {
    expect(await verdict(verify, withClaims({ [name]: now + ahead }))).toBe(expected)
  })
})
