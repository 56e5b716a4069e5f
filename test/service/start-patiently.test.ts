import { pino } from 'pino'
import { expect, test } from 'vitest'
import { AuthError } from 'jotgate'
import { startPatiently } from '../../apps/auth-service/src/start-patiently.js'

const log = pino({ level: 'silent' })

/** A start that comes to these ends, one after the other. */
function starting(ends: readonly (Error | undefined)[]) {
  let asked = 0
  const start = () => {
    const end = ends[asked++]
    return end === undefined ? Promise.resolve() : Promise.reject(end)
  }
  return { revocation: { start }, asked: () => asked }
}

test('a store that is away for a moment is waited for', async () => {
  const { revocation, asked } = starting([
    new AuthError('STORE_UNAVAILABLE'),
    new AuthError('STORE_UNAVAILABLE'),
    undefined,
  ])
  await startPatiently(revocation, log)
  expect(asked()).toBe(3)
})

test('what no waiting mends is said at once', async () => {
  const { revocation, asked } = starting([new TypeError('not a store'), undefined])
  await expect(startPatiently(revocation, log)).rejects.toThrow('not a store')
  expect(asked()).toBe(1)
})
