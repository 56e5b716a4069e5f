import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { askStore } from '../../src/foundation/ask-store.js'
import { inTime } from './in-time.js'

const never = () => new Promise(() => undefined)

test('a deadline that was over first is in time, also in a process that stood still past both', async () => {
  const asked = inTime(60, () => askStore(20, never))
  const end = performance.now() + 100
  while (performance.now() < end);
  expect(await asked).toEqual({ code: 'STORE_UNAVAILABLE', isInTime: true })
})

test('a deadline that is longer is not in time', async () => {
  const outcome = await inTime(20, () => askStore(60, never))
  expect(outcome).toEqual({ code: 'STORE_UNAVAILABLE', isInTime: false })
})

test('an answer is told from an error without a code', async () => {
  expect(await inTime(60_000, () => sleep(1))).toEqual({ code: 'answered', isInTime: true })
  const failing = () => Promise.reject(new Error('planted'))
  expect((await inTime(60_000, failing)).code).toBe('Error: planted')
})
