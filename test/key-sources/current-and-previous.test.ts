import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey, verificationKey } from '../../src/key/index.js'
import type { PinnedHeader } from '../../src/token/index.js'
import { currentAndPrevious } from '../../src/key-sources/current-and-previous.js'
import { createClock, ecKey } from './remote/setup.js'

const hour = 3600
const header = { alg: 'HS256' } as PinnedHeader
const secret = () => hmacKey(randomBytes(32), 'HS256')

const pair = (options: { resetAfter?: '2h' } = {}) => {
  const [current, previous] = [secret(), secret()]
  const clock = createClock()
  const keys = currentAndPrevious({ current, previous, now: clock, ...options })
  return { current, previous, clock, keys }
}

describe('currentAndPrevious', () => {
  test('currentAndPrevious returns both keys, the likelier one first, for a token without kid', () => {
    const { current, previous, keys } = pair()
    expect(keys.find(header)).toEqual([previous, current])
    keys.matched(current)
    expect(keys.find(header)).toEqual([current, previous])
    keys.matched(previous)
    expect(keys.find(header)).toEqual([previous, current])
  })

  test('currentAndPrevious returns one key for a token that names it, and none for an unknown kid', () => {
    const current = hmacKey(randomBytes(32), 'HS256', { kid: 'new' })
    const previous = hmacKey(randomBytes(32), 'HS256', { kid: 'old' })
    const keys = currentAndPrevious({ current, previous })
    expect(keys.find({ ...header, kid: 'new' })).toBe(current)
    expect(keys.find({ ...header, kid: 'old' })).toBe(previous)
    expect(keys.find({ ...header, kid: 'other' })).toBeUndefined()
  })

  test('currentAndPrevious returns both of two unnamed keys, but only the one with the token’s algorithm', () => {
    const [current, previous] = [hmacKey(randomBytes(64), 'HS512'), secret()]
    const keys = currentAndPrevious({ current, previous })
    expect(keys.find({ ...header, kid: 'x' })).toBe(previous)
    expect(keys.find({ alg: 'HS512' })).toBe(current)
  })

  test('currentAndPrevious resets the counts after a day, and again a day later', () => {
    const { current, previous, clock, keys } = pair()
    for (let i = 0; i < 5; i++) keys.matched(previous)
    clock.add(24 * hour)
    keys.matched(current)
    expect(keys.usage()).toEqual({ current: 1, previous: 0, since: clock() })
    clock.add(23 * hour)
    keys.matched(current)
    expect(keys.usage()).toMatchObject({ current: 2 })
    clock.add(hour)
    keys.matched(previous)
    expect(keys.usage()).toEqual({ current: 0, previous: 1, since: clock() })
  })

  test('currentAndPrevious resets the counts even when no token arrives', () => {
    const { current, previous, clock, keys } = pair()
    const begun = clock()
    keys.matched(current)
    clock.add(24 * hour - 1)
    expect(keys.usage()).toEqual({ current: 1, previous: 0, since: begun })
    clock.add(50 * hour)
    expect(keys.find(header)).toEqual([previous, current])
    expect(keys.usage()).toEqual({ current: 0, previous: 0, since: begun + 72 * hour })
  })

  test('currentAndPrevious resets the counts as often as resetAfter says', () => {
    const { current, clock, keys } = pair({ resetAfter: '2h' })
    keys.matched(current)
    clock.add(2 * hour)
    keys.matched(current)
    expect(keys.usage().current).toBe(1)
  })

  test('currentAndPrevious refuses a resetAfter of zero', () => {
    const [current, previous] = [secret(), secret()]
    expect(() => currentAndPrevious({ current, previous, resetAfter: 0 })).toThrow(
      'currentAndPrevious.resetAfter: must be at least 1 second',
    )
  })

  test('currentAndPrevious accepts the same key twice, and does not count a foreign key', () => {
    const current = secret()
    const keys = currentAndPrevious({ current, previous: current })
    keys.matched(secret())
    expect(keys.usage()).toMatchObject({ current: 0, previous: 0 })
    expect(keys.find(header)).toBe(current)
  })

  test('currentAndPrevious refuses private keys, and two keys with one kid', () => {
    const pairs = [
      [ecKey(), verificationKey(ecKey())],
      [
        hmacKey(randomBytes(32), 'HS256', { kid: 'a' }),
        hmacKey(randomBytes(32), 'HS256', { kid: 'a' }),
      ],
      ['secret', secret()],
    ]
    for (const [current, previous] of pairs)
      expect(() => currentAndPrevious({ current, previous } as never)).toThrow(ConfigError)
  })
})
