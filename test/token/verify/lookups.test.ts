import { describe, expect, test, vi } from 'vitest'
import { AuthError, ConfigError } from '../../../src/foundation/errors.js'
import { createVerifier } from '../../../src/token/index.js'
import { now, verdict } from './forge.js'
import {
  entry,
  hmacEntry,
  named,
  other,
  sign,
  signing,
  tenant,
  tenants,
  verifying,
} from './tenants.js'

async function refusal(promise: Promise<unknown>): Promise<AuthError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof AuthError) return error
  throw new Error('there was no AuthError', { cause: error })
}

describe('look-ups are limited', () => {
  test('tokens of one issuer that come together share one look-up', async () => {
    const { verify, state } = tenants({ [tenant]: hmacEntry })
    await Promise.all(Array.from({ length: 100 }, () => verify(named(tenant))))
    const unknown = Array.from({ length: 100 }, () => verdict(verify, named(other)))
    expect(new Set(await Promise.all(unknown))).toEqual(new Set(['ISSUER_MISMATCH']))
    expect(state.asked).toEqual([tenant, other])
  })
  test('over perMinute look-ups of unknown issuers are 503, until time has passed', async () => {
    const { verify, state } = tenants({}, { perMinute: 3 })
    const next = () =>
      refusal(verify(named(`https://invented.example/${String(state.asked.length)}`)))
    for (let i = 0; i < 3; i++) expect((await next()).code).toBe('ISSUER_MISMATCH')
    expect(await next()).toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503, retryAfter: 20 })
    state.time = now + 19
    expect(await next()).toMatchObject({ code: 'KEYS_UNAVAILABLE', retryAfter: 1 })
    expect(state.asked).toHaveLength(3)
    state.time = now + 20
    expect((await next()).code).toBe('ISSUER_MISMATCH')
    state.time = now + 3600
    for (let i = 0; i < 3; i++) expect((await next()).code).toBe('ISSUER_MISMATCH')
    expect((await next()).code).toBe('KEYS_UNAVAILABLE')
  })
  test('known tenants are accepted while unknown issuers are over the limit', async () => {
    const { verify, state } = tenants({ [tenant]: hmacEntry }, { perMinute: 2, trustFor: '5s' })
    await verify(named(tenant))
    for (let second = 0; second < 20; second++) {
      state.time = now + second
      await verdict(verify, named(`https://invented.example/${String(second)}`))
      expect(await verdict(verify, named(tenant))).toBe('accepted')
    }
  })
  test('a clock that is broken or put back adds no look-ups', async () => {
    const { verify, state } = tenants({}, { perMinute: 2 })
    for (const time of [now, NaN, now - 60, NaN, now - 120]) {
      state.time = time
      await verdict(verify, named(`https://invented.example/${String(time)}`))
    }
    expect(state.asked).toHaveLength(2)
  })
})

describe('a look-up that fails', () => {
  const failing: readonly (readonly [string, unknown])[] = [
    ['false', false],
    ['text', 'https://login.example/jwks'],
    ['no algorithms', { ...entry, algorithms: undefined }],
    ['no audience', { keys: verifying, algorithms: ['EdDSA'] }],
    ['an empty list of algorithms', { ...entry, algorithms: [] }],
    ['mixed algorithms', { ...entry, algorithms: ['HS256', 'EdDSA'] }],
    ['a key of another algorithm', { ...entry, algorithms: ['ES256'] }],
    ['a private key', { ...entry, keys: signing }],
    ['a misspelt option', { ...entry, audiance: 'api' }],
    ['an issuer', { ...entry, issuer: other }],
  ]
  test.each(failing)('an answer that is %s is 503', async (_, answer) => {
    const verify = createVerifier({ issuers: () => answer as never, now: () => now })
    const error = await refusal(verify(await sign(tenant)))
    expect(error).toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503, retryAfter: 1 })
    expect(error.cause).toBeInstanceOf(ConfigError)
    expect(String(error.cause)).not.toContain(tenant)
  })
  test('a function that throws or rejects is 503, and its error is the cause', async () => {
    const cause = new Error('the database is away')
    const throwing = createVerifier({
      issuers: () => {
        throw cause
      },
      now: () => now,
    })
    const rejecting = createVerifier({ issuers: () => Promise.reject(cause), now: () => now })
    for (const verify of [throwing, rejecting])
      expect(await refusal(verify(named(tenant)))).toMatchObject({
        ...{ code: 'KEYS_UNAVAILABLE', retryAfter: 1, cause },
      })
  })
  test('a refusal that a function throws is 503 as well', async () => {
    const issuers = () => Promise.reject(new AuthError('ISSUER_MISMATCH'))
    const verify = createVerifier({ issuers, now: () => now })
    expect(await verdict(verify, named(tenant))).toBe('KEYS_UNAVAILABLE')
  })
  test('a function that hangs is 503 after five seconds, and its signal aborts', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      let signal: AbortSignal | undefined
      const verify = createVerifier({
        issuers: (_, given) => {
          signal = given
          return new Promise(() => undefined)
        },
        now: () => now,
      })
      const pending = verdict(verify, named(tenant))
      await vi.advanceTimersByTimeAsync(4999)
      expect(signal?.aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(await pending).toBe('KEYS_UNAVAILABLE')
      expect(signal?.aborted).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
  test('a known tenant fails closed, is asked for once a second, and comes back', async () => {
    const state = { time: now, asked: 0, isAway: false }
    const verify = createVerifier({
      issuers: () => {
        state.asked++
        return state.isAway ? Promise.reject(new Error('away')) : entry
      },
      now: () => state.time,
    })
    const token = await sign(tenant)
    await verify(token)
    state.isAway = true
    state.time = now + 60
    for (let i = 0; i < 5; i++) expect(await verdict(verify, token)).toBe('KEYS_UNAVAILABLE')
    expect(state.asked).toBe(2)
    state.time = now + 61
    state.isAway = false
    expect(await verdict(verify, token)).toBe('accepted')
    expect(state.asked).toBe(3)
  })
})
