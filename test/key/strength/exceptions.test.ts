import { afterEach, describe, expect, it, vi } from 'vitest'
import { hmacKey, type HmacKeyOptions } from '../../../src/key/hmac-key.js'
import { shortSecretUntil } from '../../../src/key/strength/secret.js'

const short = Buffer.from('hunter2')
const dayMs = 86_400_000
const day = (ahead: number) => new Date(Date.now() + ahead * dayMs).toISOString().slice(0, 10)
const key = (options: HmacKeyOptions = {}, secret = short) => hmacKey(secret, 'HS256', options)

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

describe('exceptions', () => {
  it('a short secret is taken until a day that the program names', () => {
    expect(() => key()).toThrow(/at least 32 bytes.*JOTGATE_ACCEPT=short-secret:YYYY-MM-DD/)
    expect(key({ accept: { 'short-secret': day(30) } }).alg).toBe('HS256')
    expect(key({ accept: { 'short-secret': day(0) } }).alg).toBe('HS256')
  })

  it('a short secret is taken until a day that JOTGATE_ACCEPT names', () => {
    vi.stubEnv('JOTGATE_ACCEPT', ` short-secret:${day(30)} `)
    expect(key().alg).toBe('HS256')
    vi.stubEnv('JOTGATE_ACCEPT', '')
    expect(() => key()).toThrow(/at least 32 bytes/)
  })

  it.each([
    ['has ended', day(-2), /has ended on/],
    ['is too far ahead', day(402), /at most 400 days ahead/],
    ['is no date', '30.06.2027', /must be the last day/],
    ['is no day', '2027-13-01', /must be the last day/],
    ['is missing', '', /must be the last day/],
  ])('a short secret is refused where the day %s', (_name, until, message) => {
    expect(() => key({ accept: { 'short-secret': until } })).toThrow(message)
    vi.stubEnv('JOTGATE_ACCEPT', `short-secret:${until}`)
    expect(() => key()).toThrow(message)
  })

  it('a short secret is refused where the exception is misspelt, with the right name', () => {
    vi.stubEnv('JOTGATE_ACCEPT', `short-secrets:${day(30)}`)
    expect(() => key()).toThrow(/did you mean short-secret/)
    const accept = { shortsecret: day(30) } as HmacKeyOptions['accept'] & object
    expect(() => key({ accept })).toThrow(/did you mean short-secret/)
  })

  it('a short secret is still none where it is empty or a public key', () => {
    const accept = { 'short-secret': day(30) }
    expect(() => key({ accept }, Buffer.alloc(0))).toThrow(/at least 32 bytes/)
    expect(() => key({ accept }, Buffer.from('-----BEGIN PUBLIC KEY-----'))).toThrow(/public key/)
    expect(() => key({ accept, knownSecrets: ['hunter2'] })).toThrow(/knownSecrets/)
  })

  it('a short secret goes on in a process that was started before the day ended', () => {
    const accept = { 'short-secret': day(1) }
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * dayMs })
    expect(key({ accept }).alg).toBe('HS256')
  })

  it('a short secret is warned of once, with the cure and without the secret', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const accept = { 'short-secret': day(77) }
    key({ accept })
    key({ accept })
    expect(warned).toHaveBeenCalledTimes(1)
    const [text, about] = warned.mock.calls[0] ?? []
    expect(about).toEqual({ type: 'JotgateWarning', code: 'JOTGATE_SHORT_SECRET' })
    expect(text).toMatch(new RegExp(`until ${day(77)}.*randomBytes\\(64\\).*take both`))
    expect(text).not.toContain(short.toString())
    warned.mockRestore()
  })

  it('a short secret has a last day that can be asked for, and a good one has none', () => {
    const accept = { 'short-secret': day(30) }
    expect(shortSecretUntil(short, accept)).toBe(day(30))
    expect(
      shortSecretUntil(Buffer.from('nM2qWv8y3Zr6tXc1Kp9sLd4fGh7jBa0E5uTiRoQwYzk='), accept),
    ).toBe(undefined)
  })
})

it('a UUID is told from other text', () => {
  expect(() => key({}, Buffer.from('1bf3412c-1c4e-4467-869d-4e45639b1a61'))).toThrow(/is a UUID/)
  expect(() => key({}, Buffer.from('correct horse battery staple correct'))).toThrow(/is text/)
})
