import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { encodeRefreshToken, readRefreshToken } from '../../src/session/refresh-token.js'
import { createServiceKeys } from '../../src/session/service-keys.js'

const secret = randomBytes(32)
const keys = createServiceKeys({ current: secret })
const content = { sessionId: randomBytes(16).toString('base64url'), generation: 7 }
const token = encodeRefreshToken(keys, content)

function refused(presented: unknown): boolean {
  try {
    readRefreshToken(keys, presented)
    return false
  } catch (error) {
    return error instanceof AuthError && error.code === 'REFRESH_MALFORMED'
  }
}

describe('a refresh token', () => {
  test('a refresh token says which session and which generation, and can be made again', () => {
    expect(readRefreshToken(keys, token)).toEqual(content)
    expect(encodeRefreshToken(keys, content)).toBe(token)
    expect(token).toMatch(/^[\w-]{76}$/)
  })

  test('a refresh token carries the highest generation as well as the first', () => {
    for (const generation of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      const made = encodeRefreshToken(keys, { ...content, generation })
      expect(readRefreshToken(keys, made).generation).toBe(generation)
    }
  })

  test('a refresh token with any one bit changed is refused', () => {
    const bytes = Buffer.from(token, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(refused(forged.toString('base64url'))).toBe(true)
    }
  })

  test('a refresh token that is cut anywhere, lengthened or spelled differently is refused', () => {
    for (let length = 0; length < token.length; length++)
      expect(refused(token.slice(0, length))).toBe(true)
    for (const other of [`${token}A`, `${token}=`, ` ${token}`, `${token}\n`])
      expect(refused(other)).toBe(true)
    expect(refused(`${token.slice(0, -1)}+`)).toBe(true)
    expect(refused('A'.repeat(2 ** 20))).toBe(true)
  })

  test('a refresh token that is no text is refused', () => {
    for (const other of [undefined, null, 76, [token], { length: 76 }])
      expect(refused(other)).toBe(true)
  })

  test('a refresh token of another service is refused', () => {
    const others = createServiceKeys({ current: randomBytes(32) })
    expect(refused(encodeRefreshToken(others, content))).toBe(true)
  })

  test('a refresh token holds neither the secret nor its hash', () => {
    expect(Buffer.from(token, 'base64url').includes(secret)).toBe(false)
    expect(JSON.stringify(keys)).not.toContain(secret.toString('base64url'))
  })
})

describe('service keys', () => {
  test('a retired key still reads its tokens; the next one is made with the current key', () => {
    const next = createServiceKeys({ current: randomBytes(32), previous: [secret] })
    expect(readRefreshToken(next, token)).toEqual(content)
    expect(encodeRefreshToken(next, content)).not.toBe(token)
    expect(readRefreshToken(next, encodeRefreshToken(next, content))).toEqual(content)
  })

  test('a key that was dropped reads nothing any more', () => {
    const next = createServiceKeys({ current: randomBytes(32), previous: [randomBytes(32)] })
    expect(() => readRefreshToken(next, token)).toThrow(AuthError)
  })

  test.each([
    ['short', randomBytes(31)],
    ['repetitive', Buffer.alloc(32, 'abc')],
    ['text', 'x'.repeat(64)],
  ])('a %s key is refused without being repeated', (_, current) => {
    const make = () => createServiceKeys({ current: current as Uint8Array })
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(/^createServiceKeys\.current: must be/)
  })

  test('the same key twice is refused', () => {
    expect(() => createServiceKeys({ current: secret, previous: [secret] })).toThrow(/same key/)
  })
})
