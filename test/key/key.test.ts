import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hmacKey } from '../../src/key/index.js'

test('a key leads to no function that gives away its material or makes another key of it', () => {
  const key = hmacKey(randomBytes(32), 'HS256')
  for (let at: unknown = key; at !== null; at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype) break
    expect(Object.getOwnPropertyNames(at)).not.toContain('constructor')
  }
  expect(key.constructor).toBe(Object)
  expect(Object.isFrozen(Object.getPrototypeOf(key))).toBe(true)
})
