import { expect, test } from 'vitest'
import { createServerClock } from '../../src/stores/server-clock.js'

test("a server's clock is unknown at first, then goes with ours, and is believed anew whenever it shows", () => {
  let now = 1000
  const clock = createServerClock(() => now)
  expect(clock.timeAt(now)).toBe(0)
  clock.note(5_000_000)
  now += 40
  expect(clock.timeAt(now + 250)).toBe(5_000_000 + 40 + 250 + 500)
  clock.note(1_400_000)
  expect(clock.timeAt(now)).toBe(1_400_500)
})
