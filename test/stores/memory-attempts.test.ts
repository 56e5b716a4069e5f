import { expect, test } from 'vitest'
import { memoryAttempts } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testkit/index.js'

test('a count lasts from its first addition, ends as a whole, and never falls below 0', async () => {
  const clock = fakeClock()
  const attempts = memoryAttempts(clock.now)
  expect(await attempts.add('a:1', 0, 60)).toEqual({ count: 0, endsIn: 0 })
  expect(await attempts.add('a:1', -1, 60)).toEqual({ count: 0, endsIn: 0 })
  expect(await attempts.add('a:1', 1, 60)).toEqual({ count: 1, endsIn: 60 })
  clock.advance(59)
  expect(await attempts.add('a:1', 1, 60)).toEqual({ count: 2, endsIn: 1 })
  expect(await attempts.add('a:1', -1, 60)).toEqual({ count: 1, endsIn: 1 })
  clock.advance(1)
  expect(await attempts.add('a:1', 0, 60)).toEqual({ count: 0, endsIn: 0 })
  expect(await attempts.add('a:1', 1, 60)).toEqual({ count: 1, endsIn: 60 })
})

test('a count that is set lasts from then on, and 0 removes it', async () => {
  const clock = fakeClock()
  const attempts = memoryAttempts(clock.now)
  await attempts.add('a:1', 1, 60)
  await attempts.set('a:1', 5, 600)
  expect(await attempts.add('a:1', 0, 60)).toEqual({ count: 5, endsIn: 600 })
  await attempts.set('a:1', 0, 600)
  expect(await attempts.add('a:1', 0, 60)).toEqual({ count: 0, endsIn: 0 })
})

test('each kind keeps at most so many counts: the one used longest ago goes, and no other kind', async () => {
  const attempts = memoryAttempts(fakeClock().now, 2)
  for (const name of ['known:1', 'a:1', 'a:2', 'a:1', 'a:3']) await attempts.add(name, 1, 60)
  const counts = ['known:1', 'a:1', 'a:2', 'a:3'].map((name) => attempts.add(name, 0, 60))
  expect((await Promise.all(counts)).map(({ count }) => count)).toEqual([1, 2, 0, 1])
})
