import { expect, test } from 'vitest'
import { createKnownOrigins } from '../../../apps/auth-service/src/http/known-origins.js'

const shop = 'https://shop.example'

/** Known origins over a store that counts how often it is asked. */
function over(read: () => Promise<readonly string[]>) {
  const state = { now: 0, asked: 0 }
  const known = createKnownOrigins({
    configured: ['https://pages.example'],
    read: () => {
      state.asked++
      return read()
    },
    now: () => state.now,
  })
  return { state, known }
}

test('a configured origin is known without asking the store', async () => {
  const { state, known } = over(() => Promise.resolve([]))
  expect(await known.has('https://pages.example')).toBe(true)
  expect(state.asked).toBe(0)
})

test('the store is asked once a second at most, however many ask at once', async () => {
  let origins = [shop]
  const { state, known } = over(() => Promise.resolve(origins))
  const asked = Array.from({ length: 100 }, (_, at) => known.has(`https://${String(at)}.example`))
  expect(new Set(await Promise.all(asked))).toEqual(new Set([false]))
  expect([await known.has(shop), state.asked]).toEqual([true, 1])
  origins = []
  state.now = 999
  expect([await known.has(shop), state.asked]).toEqual([true, 1])
  state.now = 1000
  expect([await known.has(shop), state.asked]).toEqual([false, 2])
})

test('while the store does not answer, what it said last counts', async () => {
  let fails = false
  const { state, known } = over(() =>
    fails ? Promise.reject(new Error('gone')) : Promise.resolve([shop]),
  )
  expect(await known.has(shop)).toBe(true)
  fails = true
  state.now = 5000
  expect(await known.has(shop)).toBe(true)
  expect(await known.has('https://evil.example')).toBe(false)
  expect(state.asked).toBe(2)
})
