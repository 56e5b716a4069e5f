import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../src/foundation/duration.js'
import { ConfigError } from '../../src/foundation/errors.js'

describe('parseDuration', () => {
  test.each([
    [0, 0],
    [90, 90],
    ['0s', 0],
    ['30s', 30],
    ['15m', 900],
    ['12h', 43_200],
    ['30d', 2_592_000],
    ['2w', 1_209_600],
  ] as const)('%j is %d seconds', (duration, seconds) => {
    expect(parseDuration(duration)).toBe(seconds)
  })
  test.each([
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '',
    '15',
    '15 m',
    '-1s',
    '1.5h',
    '1y',
    '1M',
    'm',
    '99999999999s',
    null,
    {},
    ['15m'],
  ])('%j is a ConfigError that names the option', (duration) => {
    const error = caught(() => parseDuration(duration as never, 'expiresIn'))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ option: 'expiresIn' })
  })
})

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
